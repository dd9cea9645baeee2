#include "common/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "common/file.h"

namespace signet {
namespace {

std::unexpected<Error> refuse(const char* step) {
  return fail(ErrorCode::Bug, std::string(step) + ": " + errno_text(errno));
}

}  // namespace

Result<void> harden_client() {
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
