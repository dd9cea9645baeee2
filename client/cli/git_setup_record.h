// What `signet git setup` changed, kept so that it can be put back.
//
// One file for each configuration that was changed, in the state folder: "git-setup/global.json", and for a repository
// "git-setup/repository-<32 hex digits>.json", which come from the path of its git folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/git_configuration.h"
#include "common/error.h"

namespace signet::cli {

/// One key and what signet did to it.
struct RecordedSetting {
  std::string key;
  GitValues before;   ///< what the user had set himself
  std::string after;  ///< what the last setup wrote
};

struct SetupRecord {
  GitScope scope = GitScope::Global;
  std::filesystem::path repository{};  ///< its git folder; empty: the user's own configuration
  std::vector<RecordedSetting> settings{};

  /// The setting of that key, or nullptr.
  [[nodiscard]] RecordedSetting* find(std::string_view key);
};

/// The folder of these files, made for its owner alone where it is missing.
///
/// @error InvalidRequest  it cannot be made, or is open to others
[[nodiscard]] Result<std::filesystem::path> git_setup_folder();

/// Where the record of a configuration lies.
[[nodiscard]] std::filesystem::path record_file(const std::filesystem::path& folder,
                                                const std::filesystem::path& repository);

/// Nothing where there is no such file.
///
/// @error InvalidRequest  it cannot be read or is no record; the remedy says what to do with it
[[nodiscard]] Result<std::optional<SetupRecord>> read_record(const std::filesystem::path& file);

/// Writes it in one piece, for its owner alone (0600).
///
/// @error InvalidRequest  it cannot be written; an old one is as it was
[[nodiscard]] Result<void> write_record(const std::filesystem::path& file, const SetupRecord& record);

}  // namespace signet::cli
