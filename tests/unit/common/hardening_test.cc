#include "common/hardening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

namespace signet {
namespace {

bool core_is_off() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
}

bool sigpipe_is_ignored() { return std::signal(SIGPIPE, SIG_IGN) == SIG_IGN; }

// Each runs in a child of its own: what is hardened stays so.
[[noreturn]] void end_with(bool right) { std::exit(right ? 0 : 1); }

TEST(Hardening, OfAProcessTakesDumpsCoresAndNewPrivilegesAway) {
  const auto child = [] {
    const bool done = harden_process().has_value();
    end_with(done && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
             core_is_off() && sigpipe_is_ignored());
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

TEST(Hardening, OfAClientLeavesItDumpableSoThatTheAgentSeesWhoItIs) {
  const auto child = [] {
    const int before = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    const bool done = harden_client().has_value();
    end_with(done && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == before && core_is_off() && sigpipe_is_ignored());
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace signet
