#include "common/hardening.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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

// Whatever is opened next would else be what the program reads, or what its results are written to.
TEST(Hardening, PutsNothingInThePlaceOfClosedStandardStreams) {
  const auto child = [] {
    for (int fd = 0; fd <= 2; ++fd) ::close(fd);
    const bool done = harden_process().has_value();
    const int next = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    char byte = 0;
    end_with(done && next > 2 && ::read(0, &byte, 1) < 0 && ::write(1, &byte, 1) < 0 && ::write(2, &byte, 1) == 1);
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

TEST(Hardening, LeavesOpenStandardStreamsAlone) {
  const auto child = [] {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0 || ::dup2(ends[0], 0) != 0 || ::dup2(ends[1], 1) != 1) end_with(false);
    const bool done = harden_client().has_value();
    char byte = 'a';
    const bool written = ::write(1, &byte, 1) == 1;
    byte = 0;
    end_with(done && written && ::read(0, &byte, 1) == 1 && byte == 'a');
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace signet
