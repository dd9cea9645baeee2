#include "pkcs11/module/module_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "common/display.h"
#include "common/file.h"

namespace signet::pkcs11 {
namespace {

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::WorkerFailed, "the module " + display_text(path.native()) + " " + why, std::move(remedy));
}

bool is_ours(const struct stat& facts) { return facts.st_uid == 0 || facts.st_uid == ::geteuid(); }

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

Result<void> check_folders(const std::filesystem::path& file) {
  for (auto folder = file.parent_path();; folder = folder.parent_path()) {
    struct stat facts{};
    if (::lstat(folder.c_str(), &facts) != 0) return refuse(file, "cannot be reached: " + errno_text(errno));
    const bool closed = (facts.st_mode & kOthersWrite) == 0 || (facts.st_mode & S_ISVTX) != 0;
    if (!S_ISDIR(facts.st_mode) || !is_ours(facts) || !closed) {
      return refuse(file, "lies in " + display_text(folder.native()) + ", where somebody else may replace it",
                    "chmod go-w " + folder.string());
    }
    if (folder == folder.root_path()) return {};
  }
}

}  // namespace

Result<UniqueFd> open_module_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto file = std::filesystem::canonical(path, error);
  if (error) return refuse(path, "cannot be opened: " + error.message());
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts{};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return refuse(path, "cannot be opened: " + errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "is not a regular file");
  if (!is_ours(facts)) return refuse(path, "belongs to another user");
  if ((facts.st_mode & kOthersWrite) != 0) {
    return refuse(path, "may be written by others", "chmod go-w " + file.string());
  }
  if (auto folders = check_folders(file); !folders) return fail(std::move(folders.error()));
  return fd;
}

}  // namespace signet::pkcs11
