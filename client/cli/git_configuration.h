// The values of git's configuration, as git itself reads and writes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::cli {

/// Which of git's files is written.
enum class GitScope : std::uint8_t {
  Global,  ///< the user's
  Local,   ///< the one of the repository that we are in
};
/// "global", "local".
[[nodiscard]] std::string_view git_scope_name(GitScope scope);

/// All values of one key in one file, in their order; nothing for a key without a value, which means true.
using GitValues = std::vector<std::optional<std::string>>;

/// One value that git sees, wherever it stands.
struct GitEntry {
  std::string scope;   ///< "system", "global", "local", "worktree" or "command"
  std::string origin;  ///< "file:/home/jane/.gitconfig"
  std::string key;     ///< section and name in small letters, as git lists it
  std::optional<std::string> value;
};

/// Every value of every file that git reads where we are; of several with one key the last one counts.
///
/// @error WorkerFailed    there is no git, or its answer is not understood
/// @error InvalidRequest  git cannot read its configuration; the message is git's
[[nodiscard]] Result<std::vector<GitEntry>> list_git_configuration();

/// The value that counts; nothing where there is none.
[[nodiscard]] std::optional<std::string> effective_value(std::span<const GitEntry> entries, std::string_view key);

/// The values of a key in one file, without what that includes.
///
/// @error InvalidRequest  git cannot read the file, or we are in no repository; the message is git's
[[nodiscard]] Result<GitValues> read_git_values(GitScope scope, const std::string& key);

/// Puts these in the place of all values of a key in one file; none removes the key. A key without a value is written
/// as "true".
///
/// @error InvalidRequest  git cannot write the file; the message is git's
[[nodiscard]] Result<void> write_git_values(GitScope scope, const std::string& key, const GitValues& values);

/// The folder that a repository's work trees share, without symbolic links.
///
/// @error InvalidRequest  we are in no repository
[[nodiscard]] Result<std::filesystem::path> git_common_folder();

/// For people: "unset", or the values, safe to show.
[[nodiscard]] std::string git_values_text(const GitValues& values);

/// True where git means the same key: names of sections and variables know no capitals.
[[nodiscard]] bool is_same_git_key(std::string_view one, std::string_view other);

}  // namespace signet::cli
