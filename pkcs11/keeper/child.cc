#include "pkcs11/keeper/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>

#include "common/file.h"
#include "common/process.h"
#include "pkcs11/link/descriptors.h"

namespace signet::pkcs11 {
namespace {

// Above the numbers that the child gets, so that no dup2() hits a source.
constexpr int kAside = 10;

// After fork() only system calls, no memory.
[[noreturn]] void become(const char* program, char* const* argv, const std::array<int, 3>& sources, pid_t keeper) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::array<int, 3> targets = {kControlFd, kListenerFd, kBoardFd};
  bool ready = ::getppid() == keeper;  // a keeper that died before prctl() sends no signal
  for (std::size_t i = 0; i < targets.size(); ++i) ready = ready && ::dup2(sources[i], targets[i]) >= 0;
  if (ready && ::close_range(kBoardFd + 1, ~0U, 0) == 0) ::execv(program, argv);
  ::_exit(127);
}

}  // namespace

Child::Child(pid_t pid, UniqueFd pidfd, UniqueFd link) : pid_(pid), pidfd_(std::move(pidfd)), link_(std::move(link)) {}
Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), link_(std::move(other.link_)) {}
Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(link_, other.link_);
  return *this;
}
Child::~Child() {
  if (pid_ <= 0) return;
  kill();
  (void)reap();
}

Result<Child> Child::start(const std::filesystem::path& program, std::vector<std::string> arguments, int listener,
                           int board) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(ErrorCode::Bug, "socketpair: " + errno_text(errno));
  }
  UniqueFd own(ends[0]);
  const UniqueFd theirs(ends[1]);
  std::array<UniqueFd, 3> aside;
  std::array<int, 3> sources = {theirs.get(), listener, board};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    aside[i].reset(::fcntl(sources[i], F_DUPFD_CLOEXEC, kAside));
    if (!aside[i]) return fail(ErrorCode::Bug, "fcntl(F_DUPFD_CLOEXEC): " + errno_text(errno));
    sources[i] = aside[i].get();
  }
  std::string name = program.string();
  std::vector<char*> argv = {name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  const pid_t keeper = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail(ErrorCode::Bug, "fork: " + errno_text(errno));
  if (pid == 0) become(name.c_str(), argv.data(), sources, keeper);
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int problem = errno;
  Child child(pid, std::move(pidfd), std::move(own));
  if (!child.pidfd_) return fail(ErrorCode::Bug, "pidfd_open: " + errno_text(problem));
  return child;
}

void Child::let_end(std::chrono::milliseconds patience) {
  link_.reset();
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  (void)::poll(&ended, 1, static_cast<int>(patience.count()));
}

void Child::kill() const {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

std::string Child::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return ending_text(status);
}

Result<void> adopt_leftovers() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0) return {};
  return fail(ErrorCode::Bug, "prctl(PR_SET_CHILD_SUBREAPER): " + errno_text(errno));
}

void end_leftovers() {
  const std::string list = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  for (;;) {
    std::ifstream file(list);
    bool any = false;
    for (pid_t pid = 0; file >> pid;) {
      any = true;
      ::kill(pid, SIGKILL);
      while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    if (!any) return;
  }
}

}  // namespace signet::pkcs11
