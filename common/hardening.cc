#include "common/hardening.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "common/file.h"

namespace signet {
namespace {

std::unexpected<Error> refuse(const char* step) {
  return fail(ErrorCode::Bug, std::string(step) + ": " + errno_text(errno));
}

}  // namespace

Result<void> settle_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // open(2) takes the lowest free number, which is this one: all below are open.
    const int opened = ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    if (opened != fd) return refuse("opening /dev/null");
  }
  return {};
}

Result<void> harden_client() {
  if (auto done = settle_standard_streams(); !done) return done;
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return refuse("setrlimit(RLIMIT_CORE)");
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return refuse("signal(SIGPIPE)");
  return {};
}

Result<void> harden_process() {
  if (auto done = harden_client(); !done) return done;
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refuse("prctl(PR_SET_DUMPABLE)");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refuse("prctl(PR_SET_NO_NEW_PRIVS)");
  return {};
}

}  // namespace signet
