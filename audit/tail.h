// The tail of the audit log: lines that were written and that no checkpoint covers yet.
//
// Two files take turns: while the lines of one are brought into the tree, the other takes new ones. A line stays in its
// file until a checkpoint that covers it is on the disk, so a line may be found in both places, and never in none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/folder.h"
#include "common/error.h"

namespace signet::audit {

/// What follows on a log of a known size.
struct Tail {
  std::vector<std::string> lines{};  ///< without line ends; sequence numbers count on from the log's size
  std::string rest{};                ///< what is none of them: a torn last line, garbage, lines behind a gap
};

/// The two files as they stand on disk. A file that is missing is empty.
struct TailText {
  std::string files[2];
};

/// Reads both, at a moment at which neither changes; beside a busy agent it tries again.
///
/// @error InvalidRequest  a file cannot be read
/// @error LimitExceeded   a file is larger than 128 MiB
[[nodiscard]] Result<TailText> read_tail(const Folder& folder);

/// @param size  of the log: lines below it are in the tree and passed over
[[nodiscard]] Tail parse_tail(const TailText& text, std::uint64_t size);

}  // namespace signet::audit
