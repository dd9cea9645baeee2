// Each property of the module's confinement, tried from inside: a forked child confines itself and reports.
#include "pkcs11/serving/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <string>

#include "common/hardening.h"

namespace signet::pkcs11 {
namespace {

/// The errno that `attempt` leaves in a confined process, or 0 where it succeeds.
int errno_when_confined(const Needs& needs, const std::function<long()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!harden_process() || !confine_process(needs)) ::_exit(255);
    errno = 0;
    ::_exit(attempt() >= 0 ? 0 : errno);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

long open_socket(long family, int type = SOCK_STREAM) { return ::syscall(SYS_socket, family, type | SOCK_CLOEXEC, 0); }

TEST(Confinement, LeavesUnixSockets) {
  EXPECT_EQ(errno_when_confined({}, [] { return open_socket(AF_UNIX); }), 0);
}

TEST(Confinement, ShutsTheNetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_PACKET, AF_VSOCK, AF_BLUETOOTH, AF_ALG, AF_MAX, 200}) {
    EXPECT_EQ(errno_when_confined({}, [family] { return open_socket(family); }), EAFNOSUPPORT) << family;
  }
  EXPECT_EQ(errno_when_confined({}, [] { return open_socket(AF_NETLINK, SOCK_RAW); }), EAFNOSUPPORT);
}

TEST(Confinement, LooksAtThePartOfTheRegisterThatTheKernelTakes) {
  constexpr long kHighBit = 1L << 32;
  EXPECT_EQ(errno_when_confined({}, [] { return open_socket(kHighBit | AF_INET); }), EAFNOSUPPORT);
}

TEST(Confinement, OpensWhatTheModuleNeedsAndNoMore) {
  const Needs pcsc{.pcsc = true};
  EXPECT_EQ(errno_when_confined(pcsc, [] { return open_socket(AF_INET); }), EAFNOSUPPORT);
  const Needs usb{.usb = true};
  EXPECT_EQ(errno_when_confined(usb, [] { return open_socket(AF_NETLINK, SOCK_RAW); }), 0);
  EXPECT_EQ(errno_when_confined(usb, [] { return open_socket(AF_INET); }), EAFNOSUPPORT);
  const Needs tcp{.tcp = {"127.0.0.1:1792"}};
  EXPECT_EQ(errno_when_confined(tcp, [] { return open_socket(AF_INET); }), 0);
  EXPECT_EQ(errno_when_confined(tcp, [] { return open_socket(AF_PACKET); }), EAFNOSUPPORT);
}

TEST(Confinement, ForbidsPtrace) {
  EXPECT_EQ(errno_when_confined({}, [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }), EPERM);
}

TEST(Confinement, ForbidsReadingAndWritingOtherProcesses) {
  static std::array<char, 8> own{};
  static std::array<char, 8> copy{};
  const auto transfer = [](auto function) {
    const iovec local{.iov_base = copy.data(), .iov_len = copy.size()};
    const iovec remote{.iov_base = own.data(), .iov_len = own.size()};
    return static_cast<long>(function(::getpid(), &local, 1, &remote, 1, 0));
  };
  EXPECT_EQ(errno_when_confined({}, [&] { return transfer(::process_vm_readv); }), EPERM);
  EXPECT_EQ(errno_when_confined({}, [&] { return transfer(::process_vm_writev); }), EPERM);
}

TEST(Confinement, ForbidsTakingDescriptorsOfOtherProcesses) {
  EXPECT_EQ(errno_when_confined({},
                                [] {
                                  const long self = ::syscall(SYS_pidfd_open, ::getpid(), 0);
                                  return ::syscall(SYS_pidfd_getfd, self, 0, 0);
                                }),
            EPERM);
}

TEST(Confinement, ForbidsTheWayAroundItThroughRings) {
  EXPECT_EQ(errno_when_confined({}, [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }), ENOSYS);
}

TEST(Confinement, ForbidsBecomingDumpableAgain) {
  EXPECT_EQ(errno_when_confined({}, [] { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }), EPERM);
}

#ifdef __x86_64__
// How a process ends that makes a system call by the numbers of another architecture.
std::string end_of_foreign_call(bool confined, long (*call)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (confined && (!harden_process() || !confine_process({}))) ::_exit(255);
    ::_exit(call() < 0 ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 255 ? "not confined" : "exit";
}

// getpid(2) of i386. A kernel that does not know those numbers ends the process by itself.
long call_i386() {
  long result = 20;
  asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result;
}

// getpid(2) of x32; ENOSYS where the kernel has none.
long call_x32() {
  constexpr long kX32 = 0x40000000;
  return ::syscall(kX32 | SYS_getpid);
}

TEST(Confinement, EndsAProcessThatCallsByTheNumbersOfAnotherArchitecture) {
  const std::string killed = "signal " + std::to_string(SIGSYS);
  EXPECT_EQ(end_of_foreign_call(true, call_i386), killed);
  EXPECT_EQ(end_of_foreign_call(true, call_x32), killed);
  EXPECT_NE(end_of_foreign_call(false, call_i386), killed);
  EXPECT_EQ(end_of_foreign_call(false, call_x32), "exit");
}
#endif

TEST(Confinement, HoldsForWhatIsStartedFromIt) {
  EXPECT_EQ(errno_when_confined({},
                                [] {
                                  const pid_t grandchild = ::fork();
                                  if (grandchild == 0) ::_exit(open_socket(AF_INET) < 0 ? errno : 0);
                                  int status = 0;
                                  ::waitpid(grandchild, &status, 0);
                                  errno = WEXITSTATUS(status);
                                  return errno == 0 ? 0L : -1L;
                                }),
            EAFNOSUPPORT);
}

}  // namespace
}  // namespace signet::pkcs11
