#include "agent/audit/tail_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "common/file.h"

namespace signet::agent {
namespace {

constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::AuditUnavailable, "the audit log " + path.string() + " " + why, std::move(remedy));
}

Result<void> check_file(int fd, const std::filesystem::path& path) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return refuse(path, "cannot be looked at: " + errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "is not a regular file");
  if (facts.st_uid != ::geteuid()) return refuse(path, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) return refuse(path, "is open to group or others", "chmod 600 " + path.string());
  return {};
}

}  // namespace

Result<void> TailFile::check(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), kFlags));
  if (!fd && errno == ENOENT) return {};
  if (!fd) return refuse(path, "cannot be opened: " + errno_text(errno));
  return check_file(fd.get(), path);
}

Result<TailFile> TailFile::open(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), kFlags | O_CREAT, 0600));
  if (!fd) return refuse(path, "cannot be opened: " + errno_text(errno));
  if (auto ours = check_file(fd.get(), path); !ours) return fail(std::move(ours.error()));
  TailFile tail(std::move(fd), path);
  if (auto empty = tail.clear(); !empty) return fail(std::move(empty.error()));
  return tail;
}

Result<void> TailFile::append(std::string_view line) {
  if (has_broken_line_ && ::ftruncate(fd_.get(), size_) != 0) {
    return refuse(path_, "holds a broken line: " + errno_text(errno), "look at the disk");
  }
  has_broken_line_ = false;
  const ssize_t put = ::write(fd_.get(), line.data(), line.size());
  if (put == std::ssize(line)) {
    size_ += put;
    return {};
  }
  const std::string why = put < 0 ? errno_text(errno) : "the disk is full";
  has_broken_line_ = put > 0 && ::ftruncate(fd_.get(), size_) != 0;
  return refuse(path_, "cannot be written: " + why, "make room on the disk; nothing is signed without a line");
}

Result<void> TailFile::clear() {
  if (::ftruncate(fd_.get(), 0) != 0) return refuse(path_, "cannot be emptied: " + errno_text(errno));
  size_ = 0;
  has_broken_line_ = false;
  return {};
}

}  // namespace signet::agent
