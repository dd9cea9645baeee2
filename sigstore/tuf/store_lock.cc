#include "sigstore/tuf/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "common/file.h"

namespace signet::sigstore::tuf {
namespace {

// flock(2) has no deadline of its own, and who waits here waits for a network.
constexpr std::chrono::milliseconds kAskAgainAfter{20};

}  // namespace

Result<StoreLock> StoreLock::take(const std::filesystem::path& folder, Deadline deadline) {
  const std::filesystem::path path = folder / "lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
    }
    if (deadline.passed()) {
      return fail(ErrorCode::Deadline, "another program is updating " + folder.string(), "try again when it is done");
    }
    std::this_thread::sleep_for(kAskAgainAfter);
  }
  return StoreLock(std::move(file));
}

}  // namespace signet::sigstore::tuf
