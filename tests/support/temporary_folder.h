// A folder of one test's own that goes when the test ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace signet::test {

/// Makes a folder for the owner alone (0700) with a path short enough for Unix sockets, and removes it with all that is
/// in it. Ends the test program where the folder cannot be made.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file into the folder and yields its path.
  ///
  /// @param mode  permission bits, whatever the umask says
  std::filesystem::path write(std::string_view name, std::string_view content, unsigned mode = 0600) const;

 private:
  std::filesystem::path path_;
};

}  // namespace signet::test
