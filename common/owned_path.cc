#include "common/owned_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <system_error>

#include "common/display.h"
#include "common/file.h"

namespace signet {
namespace {

using std::filesystem::path;

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
/// As the kernel's own limit (path_resolution(7)).
constexpr int kMaxLinks = 40;

std::unexpected<Error> refuse(const path& part, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::InvalidRequest, display_text(part.native()) + ": " + why, std::move(remedy));
}

// A link has no mode of its own: whoever may write its folder, or owns it, decides where it leads.
Result<struct stat> look_at(const path& part, const path& asked) {
  struct stat facts{};
  if (::lstat(part.c_str(), &facts) != 0) return refuse(asked, errno_text(errno));
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) return refuse(part, "belongs to another user");
  const bool sticky = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
  if (!S_ISLNK(facts.st_mode) && (facts.st_mode & kOthersWrite) != 0 && !sticky) {
    return refuse(part, "may be written by group or others", "chmod go-w " + part.string());
  }
  return facts;
}

}  // namespace

Result<path> resolve_owned(const path& asked) {
  std::error_code trouble;
  const path whole = std::filesystem::absolute(asked, trouble);
  if (trouble) return refuse(asked, trouble.message());
  std::deque<path> rest(whole.begin(), whole.end());
  path reached;
  for (int links = 0; !rest.empty();) {
    const path name = rest.front();
    rest.pop_front();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      reached = reached.parent_path();
      continue;
    }
    const path next = reached / name;
    const auto facts = look_at(next, asked);
    if (!facts) return fail(facts.error());
    if (!S_ISLNK(facts->st_mode)) {
      reached = next;
      continue;
    }
    if (++links > kMaxLinks) return refuse(asked, errno_text(ELOOP));
    const path target = std::filesystem::read_symlink(next, trouble);
    if (trouble) return refuse(next, trouble.message());
    rest.insert(rest.begin(), target.begin(), target.end());
    if (target.is_absolute()) reached.clear();
  }
  return reached;
}

Result<std::string> read_owned_file(const path& file, std::size_t limit) {
  const auto owned = resolve_owned(file);
  if (!owned) return fail(owned.error());
  return read_file(*owned, limit);
}

}  // namespace signet
