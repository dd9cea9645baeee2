// Which commit of how many: what git writes down of a rebase, am, cherry-pick or revert, of which it signs one commit
// after the other, each by a process of its own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace signet::git_program {

/// What git's files say, which may be anything; nothing for one that is not there.
struct SequenceFiles {
  std::optional<std::string> rebase_done{};  ///< rebase-merge/done: the list up to the commit that is being made
  std::optional<std::string> rebase_todo{};  ///< rebase-merge/git-rebase-todo: the list behind it
  std::optional<std::string> apply_next{};   ///< rebase-apply/next
  std::optional<std::string> apply_last{};   ///< rebase-apply/last
  bool applying = false;                     ///< rebase-apply/applying is there
  std::optional<std::string> todo{};         ///< sequencer/todo
};

/// "commit 3 of 200 of this rebase", or "this commit and 4 more of this cherry-pick"; empty where git is within none,
/// or its list has a line that is not understood. Lines that make no commit (exec, label, break …) do not count.
///
/// The answer is for a person's eyes alone, and holds no text of the files.
///
/// @source git: sequencer.c (rebase-merge, sequencer), builtin/am.c (rebase-apply)
[[nodiscard]] std::string place_in_sequence(const SequenceFiles& files);

/// The same of a repository, whose files are read, bounded.
///
/// @param folder  where git starts its signer: the top of a work tree
[[nodiscard]] std::string place_in_sequence(const std::filesystem::path& folder);

}  // namespace signet::git_program
