#include "agent/store/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "common/file.h"

namespace signet::agent {

Result<UniqueFd> take_lock(const std::filesystem::path& path, std::string_view what) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd) return fail(ErrorCode::InvalidRequest, path.string() + ": cannot be opened: " + errno_text(errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
  return fail(ErrorCode::InvalidRequest,
              "another agent holds " + std::string(what) + " (" + path.string() + " is locked)",
              "end that agent first, or give this one a socket and a state folder of its own");
}

}  // namespace signet::agent
