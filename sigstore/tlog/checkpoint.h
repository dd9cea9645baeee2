// Checkpoints: the signed head of a log (C2SP tlog-checkpoint).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/signed_note.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {

/// What a checkpoint says: origin line, tree size, root hash, and lines of unknown meaning.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  RootHash root;
  std::vector<std::string> extensions{};
};

/// The text of a note as a checkpoint; nothing is verified.
///
/// @error InvalidRequest  fewer than three lines, empty origin, a size that is not a canonical decimal, or a root of
/// another length
[[nodiscard]] Result<Checkpoint> parse_checkpoint_text(std::string_view text);

/// The text that is signed, with its last line end.
[[nodiscard]] std::string encode_checkpoint_text(const Checkpoint& checkpoint);

/// Reads a signed checkpoint and checks that the log signed it.
///
/// @param log     the log's note key
/// @param origin  the origin line that is expected; Rekor v1 logs have "<name> - <tree id>": then `origin` is the name
/// and
///                a suffix " - <digits>" is accepted
/// @error InvalidRequest  malformed
/// @error NotVerified     another origin, or no valid signature of the log
[[nodiscard]] Result<Checkpoint> verify_checkpoint(std::string_view signed_note, const NoteVerifier& log,
                                                   std::string_view origin);

}  // namespace signet::sigstore
