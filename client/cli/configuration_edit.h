// Changing the user's configuration file: one program of ours at a time, and never over what an editor saved meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "common/error.h"
#include "common/file_lock.h"
#include "common/time.h"

namespace signet::cli {

/// The file as it was read, and the lock beside it (".<name>.lock"), as long as this lives.
class ConfigurationEdit {
 public:
  /// Where there is no file, its text is empty; a folder that is missing is made, closed to everybody else.
  ///
  /// @param path  where the configuration is looked for; a symbolic link stays, and what it leads to is replaced
  /// @error Deadline        another program is changing it
  /// @error InvalidRequest  a link that leads nowhere, a file that its owner may not write, or one that cannot be read
  /// @error LimitExceeded   larger than a configuration may be
  [[nodiscard]] static Result<ConfigurationEdit> begin(std::filesystem::path path, Deadline deadline);

  [[nodiscard]] const std::string& text() const { return text_; }

  /// Puts a text in the file's place, as a whole and with the same permissions (0600 where there was none).
  ///
  /// @error InvalidRequest  somebody else changed the file since begin(), or it cannot be written: it is as it was
  [[nodiscard]] Result<void> replace(const std::string& text) const;

 private:
  ConfigurationEdit(FileLock lock, std::filesystem::path path, std::filesystem::path file, std::string text)
      : lock_(std::move(lock)), path_(std::move(path)), file_(std::move(file)), text_(std::move(text)) {}

  FileLock lock_;
  std::filesystem::path path_;  // as it was given, for messages
  std::filesystem::path file_;  // the file itself, behind links
  std::string text_;
};

}  // namespace signet::cli
