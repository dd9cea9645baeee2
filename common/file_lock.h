// One writer of something at a time, whatever process it is in.
#pragma once

#include <filesystem>
#include <string_view>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet {

/// Held as long as it lives; the system lets it go when its process ends, however it ends.
class FileLock {
 public:
  /// Waits for whoever holds it.
  ///
  /// @param path  made where it is missing, and stays when the lock goes: to remove it would let two hold "the" lock
  /// @param what  what it protects, for the message
  /// @error Deadline        somebody else held it all the time
  /// @error InvalidRequest  the lock file cannot be made
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& path, std::string_view what,
                                             Deadline deadline);

 private:
  explicit FileLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace signet
