#include "pkcs11/module/module_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "common/display.h"
#include "common/file.h"
#include "common/owned_path.h"

namespace signet::pkcs11 {
namespace {

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::WorkerFailed, "the module " + display_text(path.native()) + " " + why, std::move(remedy));
}

bool is_ours(const struct stat& facts) { return facts.st_uid == 0 || facts.st_uid == ::geteuid(); }

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

}  // namespace

Result<UniqueFd> open_module_file(const std::filesystem::path& path) {
  const auto file = resolve_owned(path);
  if (!file) return refuse(path, "cannot be opened: " + file.error().what, file.error().remedy);
  UniqueFd fd(::open(file->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts{};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return refuse(path, "cannot be opened: " + errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "is not a regular file");
  if (!is_ours(facts)) return refuse(path, "belongs to another user");
  if ((facts.st_mode & kOthersWrite) != 0) {
    return refuse(path, "may be written by others", "chmod go-w " + file->string());
  }
  return fd;
}

}  // namespace signet::pkcs11
