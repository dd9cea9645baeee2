// Which commit of how many: what git writes down of a rebase, am, cherry-pick or revert, of which it signs one commit
// after the other, each by a process of its own.
#pragma once

#include <filesystem>
#include <string>

namespace signet::git_program {

/// "commit 3 of 200 of this rebase", or "this commit and 4 more of this cherry-pick"; empty where git is within none.
///
/// Reads a few small files of the repository, bounded. They may say anything: the answer is for a person's eyes alone,
/// and holds no text of theirs.
///
/// @param folder  where git starts its signer: the top of a work tree
/// @source git: sequencer.c (rebase-merge/msgnum, end; sequencer/todo), builtin/am.c (rebase-apply/next, last)
[[nodiscard]] std::string place_in_sequence(const std::filesystem::path& folder);

}  // namespace signet::git_program
