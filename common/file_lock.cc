#include "common/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "common/file.h"

namespace signet {
namespace {

// flock(2) has no deadline of its own, and who waits here waits for a network.
constexpr std::chrono::milliseconds kAskAgainAfter{20};

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path, std::string_view what, Deadline deadline) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
    }
    if (deadline.passed()) {
      return fail(ErrorCode::Deadline, "another program is updating " + std::string(what), "try again when it is done");
    }
    std::this_thread::sleep_for(kAskAgainAfter);
  }
  return FileLock(std::move(file));
}

}  // namespace signet
