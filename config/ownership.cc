#include "config/ownership.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/file.h"

namespace signet::config {
namespace {

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::InvalidRequest, path.string() + ": " + why, std::move(remedy));
}

// Without symbolic links a file's owner and mode, and those of each folder above it, are all that can be written.
Result<void> check_one(const std::filesystem::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return refuse(path, errno_text(errno));
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) return refuse(path, "belongs to another user");
  const bool sticky = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
  if ((facts.st_mode & kOthersWrite) != 0 && !sticky) {
    return refuse(path, "may be written by group or others", "chmod go-w " + path.string());
  }
  return {};
}

}  // namespace

Result<std::string> read_owned_file(const std::filesystem::path& path, std::size_t limit) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(path, error);
  if (error) return refuse(path, error.message());
  for (std::filesystem::path part = file;; part = part.parent_path()) {
    if (auto owned = check_one(part); !owned) return fail(std::move(owned.error()));
    if (part == part.root_path()) return read_file(file, limit);
  }
}

}  // namespace signet::config
