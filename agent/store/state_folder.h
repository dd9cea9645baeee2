// The folder in which the agent keeps what outlives it (D10): owner-only, one agent at a time.
#pragma once

#include <filesystem>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

class StateFolder {
 public:
  /// Makes the folder where it is missing and takes its lock.
  ///
  /// @error InvalidRequest  it cannot be made, is open to others, or another agent uses it
  [[nodiscard]] static Result<StateFolder> open(const std::filesystem::path& path);

  /// Where the audit log lies; exists.
  [[nodiscard]] std::filesystem::path audit() const { return path_ / "audit"; }

  /// Where it is kept which PIN that token refused last (Worker::Settings); need not exist.
  [[nodiscard]] std::filesystem::path refused_pin(const std::string& token) const {
    return path_ / ("refused-pin." + token);
  }

 private:
  StateFolder(std::filesystem::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace signet::agent
