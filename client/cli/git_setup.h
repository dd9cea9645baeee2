// What `signet git setup` and its --undo share: whose configuration, which changes, and how they are shown and made.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/git_configuration.h"
#include "client/cli/git_setup_record.h"
#include "client/cli/output.h"
#include "common/error.h"
#include "common/file_lock.h"

namespace signet::cli {

/// The configuration that is changed, by one program of ours at a time as long as this lives.
struct SetupTarget {
  GitScope scope = GitScope::Global;
  std::filesystem::path repository{};  ///< its git folder; empty: the user's own configuration
  std::filesystem::path folder;        ///< git_setup_folder()
  std::filesystem::path record;        ///< record_file()
  FileLock lock;
};

/// Removes what trials left behind that were ended before they could.
///
/// @error InvalidRequest  we are in no repository, or the state folder cannot be used
/// @error Deadline        another program is changing it
[[nodiscard]] Result<SetupTarget> begin_setup(GitScope scope);

/// "your git configuration (global)", "the git configuration of /home/jane/work/.git".
[[nodiscard]] std::string target_text(const SetupTarget& target);

/// One key, as it is and as it is to be.
struct GitChange {
  std::string key;
  GitValues before;
  GitValues after;
  [[nodiscard]] bool changes() const { return before != after; }
};

/// One line for each, safe to show.
[[nodiscard]] std::string changes_text(const std::vector<GitChange>& changes);
[[nodiscard]] json::Array changes_array(const std::vector<GitChange>& changes);

/// Makes them, all or none.
///
/// @error  of write_git_values(); what was changed before it was put back
[[nodiscard]] Result<void> make_changes(GitScope scope, const std::vector<GitChange>& changes);

/// Puts back what was there before the first setup, and forgets it.
///
/// @param force    also what somebody else changed since
/// @param dry_run  shows it alone
/// @error InvalidRequest  there is nothing to undo, or a key has another value than signet gave it: which one and what
///                        to do is said, and nothing was changed
[[nodiscard]] Result<int> undo_setup(const SetupTarget& target, bool force, bool dry_run, const Output& output);

}  // namespace signet::cli
