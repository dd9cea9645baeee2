// One writer of a store at a time, whatever process it is in.
#pragma once

#include <filesystem>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::sigstore::tuf {

/// Held as long as it lives; the system lets it go when its process ends, however it ends.
class StoreLock {
 public:
  /// Waits for whoever holds it.
  ///
  /// @param folder  exists
  /// @error Deadline        somebody else held it all the time
  /// @error InvalidRequest  the lock file cannot be made
  [[nodiscard]] static Result<StoreLock> take(const std::filesystem::path& folder, Deadline deadline);

 private:
  explicit StoreLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace signet::sigstore::tuf
