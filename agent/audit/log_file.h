// The file that holds the audit log: whole lines, appended by one write(2) each.
//
// Plain system calls without a thread or an event loop; who calls sync() may do so on another thread than append().
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

class LogFile {
 public:
  /// Opens or makes <folder>/log.jsonl, which belongs to us and is closed to everybody else. A last line without its
  /// line end is moved to a file of its own beside it.
  ///
  /// @error AuditUnavailable  it cannot be opened, belongs to somebody else, or its last line is none of ours
  [[nodiscard]] static Result<LogFile> open(const std::filesystem::path& folder);

  /// The sequence number of the next line.
  [[nodiscard]] std::int64_t next_sequence() const { return next_sequence_; }
  /// Bytes of a torn last line that open() set aside.
  [[nodiscard]] std::size_t set_aside() const { return set_aside_; }

  /// Appends one line, which ends in a line end: all of it or nothing.
  ///
  /// @error AuditUnavailable  the disk is full, or the file cannot be written. A part that was written is taken back;
  /// where that fails, too, every later append() fails
  [[nodiscard]] Result<void> append(std::string_view line);

  /// Brings everything that was appended to the disk (fdatasync(2)).
  ///
  /// @error AuditUnavailable  it cannot be known what is on the disk
  [[nodiscard]] Result<void> sync() const;

 private:
  LogFile(UniqueFd fd, std::filesystem::path path, std::int64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}
  Result<void> set_torn_line_aside();
  Result<void> read_last_sequence();
  [[nodiscard]] Result<std::string> read_tail() const;

  UniqueFd fd_;
  std::filesystem::path path_;
  std::int64_t size_;
  std::int64_t next_sequence_ = 0;
  std::size_t set_aside_ = 0;
  bool broken_ = false;
};

}  // namespace signet::agent
