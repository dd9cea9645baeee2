// Tries, when it is loaded, what foreign code must not be able to do, and writes what it got into the file that
// SIGNET_PROBE_REPORT names: a line "ATTEMPT ERRNO" for each, 0 where it succeeded. Signs as the real module does.
#include <linux/kcmp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/modules/one_fault.h"

namespace signet::test {
namespace {

long opened(long fd) {
  if (fd >= 0) ::close(static_cast<int>(fd));
  return fd;
}

class Report {
 public:
  explicit Report(const char* path) : file_(path) {}
  void add(const char* attempt, long result) { file_ << attempt << ' ' << (result < 0 ? errno : 0) << '\n'; }
  void add_socket(const char* attempt, int family, int type) {
    add(attempt, opened(::socket(family, type | SOCK_CLOEXEC, 0)));
  }

 private:
  std::ofstream file_;
};

// A process of our own is the one that everybody may look into.
void look_into(Report& report, pid_t other) {
  static long word = 0;
  const iovec local{.iov_base = &word, .iov_len = sizeof(word)};
  const iovec remote{.iov_base = &word, .iov_len = sizeof(word)};
  report.add("process_vm_readv", ::process_vm_readv(other, &local, 1, &remote, 1, 0));
  report.add("process_vm_writev", ::process_vm_writev(other, &local, 1, &remote, 1, 0));
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, other, 0));
  report.add("pidfd_getfd", opened(::syscall(SYS_pidfd_getfd, pidfd, 2, 0)));
  opened(pidfd);
  report.add("kcmp", ::syscall(SYS_kcmp, ::getpid(), other, KCMP_VM, 0, 0));
  report.add("ptrace", ::ptrace(PTRACE_SEIZE, other, nullptr, nullptr));
}

void probe(const char* path) {
  Report report(path);
  report.add_socket("unix", AF_UNIX, SOCK_STREAM);
  report.add_socket("inet", AF_INET, SOCK_STREAM);
  report.add_socket("inet-datagram", AF_INET, SOCK_DGRAM);
  report.add_socket("inet6", AF_INET6, SOCK_STREAM);
  report.add_socket("netlink", AF_NETLINK, SOCK_RAW);
  const pid_t other = ::fork();
  if (other == 0) {
    for (;;) ::pause();
  }
  look_into(report, other);
  ::kill(other, SIGKILL);
  (void)::waitpid(other, nullptr, 0);
  report.add("dumpable", ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

}  // namespace

void install_fault(CK_FUNCTION_LIST& /*functions*/) {
  if (const char* path = std::getenv("SIGNET_PROBE_REPORT")) probe(path);
}

}  // namespace signet::test
