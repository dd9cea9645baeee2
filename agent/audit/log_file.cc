#include "agent/audit/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "agent/audit/line.h"
#include "common/file.h"

namespace signet::agent {
namespace {

// Longer than any line: a summary, a name and a path of 4 KiB each in the widest escapes.
constexpr std::int64_t kMaxTail = std::int64_t{128} * 1024;

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::AuditUnavailable, "the audit log " + path.string() + " " + why, std::move(remedy));
}

Result<std::int64_t> check_file(int fd, const std::filesystem::path& path) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return refuse(path, "cannot be looked at: " + errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "is not a regular file");
  if (facts.st_uid != ::geteuid()) return refuse(path, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) return refuse(path, "is open to group or others", "chmod 600 " + path.string());
  return facts.st_size;
}

// What was set aside before stays.
std::filesystem::path free_name(const std::string& wanted) {
  std::error_code trouble;
  std::string name = wanted;
  for (int i = 2; std::filesystem::exists(std::filesystem::symlink_status(name, trouble)); ++i) {
    name = wanted + "-" + std::to_string(i);
  }
  return name;
}

}  // namespace

Result<LogFile> LogFile::open(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "log.jsonl";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd) return refuse(path, "cannot be opened: " + errno_text(errno));
  const auto size = check_file(fd.get(), path);
  if (!size) return fail(size.error());
  LogFile log(std::move(fd), path, *size);
  if (auto whole = log.set_torn_line_aside(); !whole) return fail(std::move(whole.error()));
  if (auto known = log.read_last_sequence(); !known) return fail(std::move(known.error()));
  // Else the file itself might be gone after a power cut, with all its lines.
  if (auto named = sync_folder(folder); !named) return refuse(path, "cannot be kept: " + named.error().what);
  return log;
}

Result<std::string> LogFile::read_tail() const {
  std::string tail(static_cast<std::size_t>(std::min(size_, kMaxTail)), '\0');
  const ssize_t got = ::pread(fd_.get(), tail.data(), tail.size(), size_ - std::ssize(tail));
  if (got != std::ssize(tail)) return refuse(path_, "cannot be read: " + errno_text(errno));
  return tail;
}

Result<void> LogFile::set_torn_line_aside() {
  const auto tail = read_tail();
  if (!tail) return fail(tail.error());
  const auto end = tail->rfind('\n');
  const std::string torn = tail->substr(end == std::string::npos ? 0 : end + 1);
  if (torn.empty()) return {};
  if (end == std::string::npos && size_ > kMaxTail) return refuse(path_, "does not consist of lines", "move it away");
  const std::int64_t whole = size_ - std::ssize(torn);
  const std::filesystem::path aside = free_name(path_.string() + ".torn-" + std::to_string(whole));
  if (auto kept = write_file_atomic(aside, torn, 0600); !kept) return refuse(aside, kept.error().what);
  if (::ftruncate(fd_.get(), whole) != 0) return refuse(path_, "cannot be repaired: " + errno_text(errno));
  size_ = whole;
  set_aside_ = torn.size();
  return {};
}

Result<void> LogFile::read_last_sequence() {
  if (size_ == 0) return {};
  auto tail = read_tail();
  if (!tail) return fail(std::move(tail.error()));
  tail->pop_back();
  const auto start = tail->rfind('\n');
  const auto sequence = parse_sequence(start == std::string::npos ? *tail : tail->substr(start + 1));
  if (!sequence) return refuse(path_, "ends in a line that is none of ours", "look at it, then move it away");
  next_sequence_ = *sequence + 1;
  return {};
}

Result<void> LogFile::append(std::string_view line) {
  if (broken_) return refuse(path_, "holds a broken line", "make room on the disk and restart the agent");
  const ssize_t put = ::write(fd_.get(), line.data(), line.size());
  if (put == std::ssize(line)) {
    size_ += put;
    ++next_sequence_;
    return {};
  }
  const std::string why = put < 0 ? errno_text(errno) : "the disk is full";
  broken_ = put > 0 && ::ftruncate(fd_.get(), size_) != 0;
  return refuse(path_, "cannot be written: " + why, "make room on the disk; nothing is signed without a line");
}

Result<void> LogFile::sync() const {
  if (::fdatasync(fd_.get()) == 0) return {};
  return refuse(path_, "cannot be brought to the disk: " + errno_text(errno),
                "look at the disk, then restart the agent; nothing is signed without a line");
}

}  // namespace signet::agent
