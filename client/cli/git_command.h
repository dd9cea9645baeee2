// git, run as a program: its arguments one by one and no shell, its answer bounded, its end awaited.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/time.h"

namespace signet::cli {

struct GitCommand {
  std::vector<std::string> arguments;                ///< behind "git"
  std::filesystem::path folder{};                    ///< where it runs (git -C); empty: here
  std::string input{};                               ///< its standard input
  std::map<std::string, std::string> environment{};  ///< besides ours, which it has
  /// Takes GIT_DIR and whatever else ties a program to one repository out of its environment.
  bool forgets_repository = false;
  std::size_t limit = std::size_t{1} * 1024 * 1024;  ///< of its standard output, in bytes
};

/// How git ended.
struct GitAnswer {
  int status = 0;      ///< exit status
  std::string output;  ///< standard output: bytes as they came
  std::string errors;  ///< standard error, its first 64 KiB
};

/// Runs the git of PATH until it ends, in the C locale: its words are read. It shares our terminal, so that what it
/// starts may ask for a PIN there.
///
/// @error WorkerFailed   there is no git, it cannot be started, or a signal ended it
/// @error LimitExceeded  it printed more than `limit`; it was ended
/// @error Deadline       it took longer; it was ended
[[nodiscard]] Result<GitAnswer> run_git(const GitCommand& command, Deadline deadline);

/// Its standard output where it ends with 0.
///
/// @error InvalidRequest  it ended otherwise: the message is git's, as words_of() has it
/// @error                 as run_git()
[[nodiscard]] Result<std::string> ask_git(const GitCommand& command, Deadline deadline);

}  // namespace signet::cli
