#include "tests/support/process.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "common/file.h"
#include "common/unique_fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): environ(7) wants it declared by the program

namespace signet::test {
namespace {

// Set by the child itself, which alone knows its pid early enough: "LISTEN_PID=" and room for the digits.
constexpr std::string_view kListenPid = "LISTEN_PID=";

[[noreturn]] void give_up(const char* step) {
  std::perror(step);
  std::abort();
}

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; options.inherit_environment && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) merged.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : options.environment) merged[name] = value;
  if (options.announce_listen_fds) merged["LISTEN_FDS"] = "1";
  std::vector<std::string> lines;
  for (const auto& [name, value] : merged) lines.push_back(name + "=" + value);
  if (options.announce_listen_fds) lines.push_back(std::string(kListenPid) + std::string(20, '\0'));
  return lines;
}

std::vector<char*> pointers_of(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything that the child needs between fork and exec, made before the fork: afterwards nothing may allocate.
struct Prepared {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::vector<char*> argv{};
  std::vector<char*> envp{};
  std::vector<std::pair<int, int>> descriptors{};  // target, source above every target
  std::string directory{};
  pid_t parent = 0;
  bool without_capabilities = false;
  int terminal = -1;
  bool own_session = false;
};

int raised_copy(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 100);
  if (copy < 0) give_up("fcntl(F_DUPFD_CLOEXEC)");
  return copy;
}

[[noreturn]] void become(Prepared& prepared) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);
  for (const auto& [target, source] : prepared.descriptors) ::dup2(source, target);
  if (prepared.own_session) ::setsid();
  if (prepared.terminal >= 0) ::ioctl(prepared.terminal, TIOCSCTTY, 0);
  // capabilities(7): then execve(2) gives uid 0 none. Who is not permitted to set it has none to lose.
  if (prepared.without_capabilities) ::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
  if (!prepared.directory.empty() && ::chdir(prepared.directory.c_str()) != 0) ::_exit(127);
  std::string& last = prepared.environment.empty() ? prepared.directory : prepared.environment.back();
  if (last.starts_with(kListenPid)) {
    std::to_chars(last.data() + kListenPid.size(), last.data() + last.size() - 1, ::getpid());
  }
  ::execvpe(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  ::_exit(127);
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Process::Process(const ProcessOptions& options) {
  const auto input = folder_.write("in", options.input);
  const UniqueFd in(::open(input.c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd out(::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const UniqueFd err(::open((folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::map<int, int> wanted = {{0, in.get()}, {1, out.get()}, {2, err.get()}};
  for (const auto& [target, source] : options.descriptors) wanted[target] = source;

  Prepared prepared{.arguments = options.arguments, .environment = environment_of(options)};
  prepared.argv = pointers_of(prepared.arguments);
  prepared.envp = pointers_of(prepared.environment);
  prepared.directory = options.directory.string();
  prepared.parent = ::getpid();
  prepared.without_capabilities = options.without_capabilities;
  prepared.terminal = options.terminal;
  prepared.own_session = options.terminal >= 0 || options.without_terminal;
  std::vector<UniqueFd> copies;
  for (const auto& [target, source] : wanted) {
    copies.emplace_back(raised_copy(source));
    prepared.descriptors.emplace_back(target, copies.back().get());
  }
  std::array<int, 2> running{};
  if (::pipe2(running.data(), O_CLOEXEC) != 0) give_up("pipe2");
  const UniqueFd executed(running[0]);
  UniqueFd executing(running[1]);
  pid_ = ::fork();
  if (pid_ < 0) give_up("fork");
  if (pid_ == 0) become(prepared);
  executing.reset();
  char nothing = 0;
  while (::read(executed.get(), &nothing, 1) < 0 && errno == EINTR) {
  }
}

Process::~Process() {
  if (!running()) return;
  send_signal(SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool Process::running() {
  if (status_) return false;
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) status_ = status;
  return !status_;
}

std::optional<ProcessEnd> Process::wait(Deadline deadline) {
  const UniqueFd watched(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  while (running()) {
    pollfd ended{.fd = watched.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(deadline.remaining().count()));
    if (ready == 0 && deadline.passed()) return std::nullopt;
  }
  return ProcessEnd{
      .status = exit_code(*status_), .output = output(), .errors = errors(), .dumped_core = WCOREDUMP(*status_) != 0};
}

void Process::send_signal(int signal) const {
  if (!status_) ::kill(pid_, signal);
}

std::string Process::output() const { return content_of(folder_ / "out"); }
std::string Process::errors() const { return content_of(folder_ / "err"); }

ProcessEnd run(const ProcessOptions& options, Deadline deadline) {
  Process process(options);
  if (auto end = process.wait(deadline)) return *end;
  process.send_signal(SIGKILL);
  return process.wait(Deadline::after(std::chrono::minutes(1))).value_or(ProcessEnd{});
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const std::string task = "/proc/" + std::to_string(pid) + "/task";
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator(task, ignored)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace signet::test
