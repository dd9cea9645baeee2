// Signs the checkpoints of the sandbox's logs as C2SP signed notes with an ECDSA key.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/software_key.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::sandbox {

/// `text` with one signature line: `name`, and the key id of ECDSA keys (the start of SHA-256 of the SPKI).
[[nodiscard]] std::string sign_checkpoint(std::string_view text, std::string_view name, const SoftwareKey& key);

/// Whose signature a log of that name expects on its checkpoints.
[[nodiscard]] sigstore::NoteVerifier checkpoint_verifier(std::string_view name, const SoftwareKey& key);

/// sign_checkpoint() as TileLog calls it.
[[nodiscard]] sigstore::CheckpointSigner checkpoint_signer(std::string_view name, const SoftwareKey& key);

}  // namespace signet::sandbox
