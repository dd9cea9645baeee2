// One file of the tail of the audit log (audit/tail.h): whole lines, appended by one write(2) each.
//
// Plain system calls without a thread or an event loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

class TailFile {
 public:
  /// Opens or makes the file, which belongs to us and is closed to everybody else, and empties it.
  ///
  /// @error AuditUnavailable  it cannot be opened, is no regular file, or somebody else may touch it
  [[nodiscard]] static Result<TailFile> open(const std::filesystem::path& path);
  /// The same without emptying it: is it one that we may read? A file that is missing is fine.
  [[nodiscard]] static Result<void> check(const std::filesystem::path& path);

  /// Appends one line, which ends in a line end: all of it or nothing.
  ///
  /// @error AuditUnavailable  the disk is full, or the file cannot be written. A part that was written is taken back;
  ///                          where that fails, too, every later append() tries that first
  [[nodiscard]] Result<void> append(std::string_view line);

  /// Lets go of all lines.
  ///
  /// @error AuditUnavailable  the file cannot be emptied
  [[nodiscard]] Result<void> clear();

 private:
  TailFile(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::filesystem::path path_;
  std::int64_t size_ = 0;
  bool has_broken_line_ = false;
};

}  // namespace signet::agent
