// The commits of a range, as the repository lists them and as the bytes of commits bear it out.
//
// git walks through history and does not ask each time whether the bytes are those of the id. An ancestor of the
// range's beginning that holds the bytes of another commit could name one of the range as its parent, and git would
// leave that one out.
#pragma once

#include <string>
#include <vector>

#include "common/error.h"

namespace signet::cli {

/// The ids of the commits in A..B or A...B, the oldest first. Each parent that one of them names is in the list as well
/// or an ancestor of the range's beginning, by bytes that have their ids. A commit of the list that has other bytes
/// names none: whoever reads it has to refuse it. A list of more than kMaxRevisions is cut, and not proved.
///
/// @error InvalidRequest  not in a repository, no such range, an empty one, or one whose beginning cannot be proved
/// @error LimitExceeded   the proof needs more than 100,000 commits, or more bytes than are read at once
/// @error Deadline        the proof takes longer than a call of git may
/// @error as run_git()
[[nodiscard]] Result<std::vector<std::string>> list_range(const std::string& operand);

}  // namespace signet::cli
