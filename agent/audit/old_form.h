// The audit log as version 0.1 kept it: one file of lines, STATE/audit/log.jsonl. Read once, and put away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::agent {

class OldForm {
 public:
  /// Nothing where there is no such file.
  ///
  /// @error AuditUnavailable  it is not a regular file of ours that is closed to others
  [[nodiscard]] static Result<std::optional<OldForm>> open(const std::filesystem::path& path);

  /// At most `count` of the next lines, without line ends; none at the end.
  ///
  /// @error AuditUnavailable  it cannot be read, or a line is none of an audit log or has not the next number
  [[nodiscard]] Result<std::vector<Bytes>> next_lines(std::size_t count);
  /// Bytes of a last line without a line end, known at the end.
  [[nodiscard]] std::size_t torn() const { return buffer_.size(); }

  /// Gives the file another name, under which it stays.
  ///
  /// @error AuditUnavailable  it cannot be renamed
  [[nodiscard]] Result<void> put_away() const;
  [[nodiscard]] static std::filesystem::path kept_name(const std::filesystem::path& path) {
    return path.string() + ".carried-over";
  }

 private:
  OldForm(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<bool> fill();

  UniqueFd fd_;
  std::filesystem::path path_;
  std::string buffer_;
  std::int64_t next_ = 0;
};

}  // namespace signet::agent
