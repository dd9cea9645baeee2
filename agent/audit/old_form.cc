#include "agent/audit/old_form.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "agent/audit/tail_file.h"
#include "audit/line.h"
#include "common/file.h"

namespace signet::agent {
namespace {

// Longer than any line that version 0.1 wrote.
constexpr std::size_t kMaxLine = std::size_t{128} * 1024;

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorCode::AuditUnavailable, path.string() + " " + why, "look at it, then move it away and keep it");
}

}  // namespace

Result<std::optional<OldForm>> OldForm::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) return std::nullopt;
  if (auto ours = TailFile::check(path); !ours) return fail(std::move(ours.error()));
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return refuse(path, "cannot be opened: " + errno_text(errno));
  return OldForm(std::move(fd), path);
}

// False at the end of the file.
Result<bool> OldForm::fill() {
  std::array<char, 65536> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
  const ssize_t got = ::read(fd_.get(), bytes.data(), bytes.size());
  if (got < 0) return refuse(path_, "cannot be read: " + errno_text(errno));
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return got > 0;
}

Result<std::vector<Bytes>> OldForm::next_lines(std::size_t count) {
  std::vector<Bytes> lines;
  while (lines.size() < count) {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos) {
      if (buffer_.size() > kMaxLine) return refuse(path_, "does not consist of lines");
      const auto more = fill();
      if (!more) return fail(more.error());
      if (!*more) break;
      continue;
    }
    const std::string text = buffer_.substr(0, end);
    const auto line = audit::parse_line(text);
    if (!line) return refuse(path_, "has a line " + std::to_string(next_) + " that is none of ours");
    if (line->sequence != next_) return refuse(path_, "lacks line " + std::to_string(next_));
    lines.push_back(to_bytes(text));
    buffer_.erase(0, end + 1);
    ++next_;
  }
  return lines;
}

Result<void> OldForm::put_away() const {
  std::error_code error;
  std::filesystem::rename(path_, kept_name(path_), error);
  if (error) return refuse(path_, "cannot be renamed: " + error.message());
  if (auto named = sync_folder(path_.parent_path()); !named) return refuse(path_, named.error().what);
  return {};
}

}  // namespace signet::agent
