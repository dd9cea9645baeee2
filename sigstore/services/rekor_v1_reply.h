// What Rekor v1's API answers: an object with one member, the entry, whose name is its UUID.
#pragma once

#include <string_view>

#include "common/error.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// The entry of a reply to a create or a read. Hashes are hex there, and both indices are kept as they are. Kind and
/// version are those of the body. Nothing is verified; an attestation that comes along is left out.
///
/// @error InvalidRequest  not strict JSON, not exactly one entry, or one without proof or promise (SET)
[[nodiscard]] Result<LogEntry> parse_rekor_v1_reply(std::string_view json);

}  // namespace signet::sigstore
