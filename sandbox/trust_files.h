// The files by which clients find and trust the sandbox (protobuf-specs sigstore_trustroot.proto).
#pragma once

#include <filesystem>

#include "common/error.h"
#include "json/value.h"
#include "sandbox/state.h"

namespace signet::sandbox {

[[nodiscard]] json::Value trusted_root_of(const State& state);
[[nodiscard]] json::Value signing_config_of(const State& state);

/// Writes into the state's folder: trusted_root.json, signing_config.v0.2.json, client_trust_config.json (both in one,
/// for sigstore-python), and env, which a shell sources.
///
/// @error InvalidRequest  a file cannot be written
[[nodiscard]] Result<void> write_trust_files(const State& state);

}  // namespace signet::sandbox
