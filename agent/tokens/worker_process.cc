#include "agent/tokens/worker_process.h"

#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t functions are POSIX
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "common/process.h"

namespace signet::agent {
namespace {

constexpr int kControlFd = 3;
constexpr int kListenerFd = 4;
constexpr int kPatienceMs = 2000;

std::unexpected<Error> refuse(const std::string& step, int error) {
  return fail(ErrorCode::WorkerFailed, step + ": " + errno_text(error));
}

}  // namespace

WorkerCommand worker_command(const std::filesystem::path& program, const config::Token& token,
                             const config::Module* module) {
  const config::Module none{};
  const config::Module& behind = module == nullptr ? none : *module;
  WorkerCommand command{.program = program, .arguments = {"--piv"}};
  if (module != nullptr) command.arguments = {"--module", behind.path.string()};
  const auto add = [&command](const char* option, const std::string& value) {
    if (value.empty()) return;
    command.arguments.emplace_back(option);
    command.arguments.push_back(value);
  };
  add("--token-serial", token.serial);
  add("--token-label", token.label);
  if (token.pin.kind == config::PinSource::Kind::File) add("--pin-file", token.pin.path.string());
  if (token.pin.keep) add("--pin-keep", std::to_string(token.pin.keep->count()));
  std::string needs;
  for (const std::string& need : behind.needs) needs += (needs.empty() ? "" : ",") + need;
  add("--needs", needs);
  for (const char* name : {"PATH", "HOME", "LANG"}) {
    if (const char* value = std::getenv(name)) command.environment[name] = value;
  }
  for (const auto& [name, value] : behind.env) command.environment[name] = value;
  if (!token.pcscd.empty()) command.environment["PCSCLITE_CSOCK_NAME"] = token.pcscd.string();
  return command;
}

Result<void> check_module_file(const std::filesystem::path& path) {
  const auto refuse_module = [&path](const std::string& why, std::string remedy = {}) {
    return fail(ErrorCode::WorkerFailed, "the module " + display_text(path.native()) + " " + why, std::move(remedy));
  };
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return refuse_module("cannot be opened: " + errno_text(errno));
  if (!S_ISREG(facts.st_mode)) return refuse_module("is not a regular file");
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) return refuse_module("belongs to another user");
  if ((facts.st_mode & 022U) != 0) return refuse_module("may be written by others", "chmod go-w " + path.string());
  return {};
}

Result<WorkerProcess> WorkerProcess::start(const WorkerCommand& command, int listener) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return refuse("socketpair", errno);
  UniqueFd own(ends[0]);
  const UniqueFd theirs(ends[1]);
  const auto pid = spawn(command, {{kControlFd, theirs.get()}, {kListenerFd, listener}});
  if (!pid) return fail(pid.error());
  return WorkerProcess(*pid, std::move(own));
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), control_(std::move(other.control_)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(control_, other.control_);
  return *this;
}

WorkerProcess::~WorkerProcess() { end(); }

Result<UniqueFd> WorkerProcess::ended_fd() const {
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!fd) return refuse("pidfd_open", errno);
  return fd;
}

std::string WorkerProcess::reap() {
  int status = 0;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  control_.reset();
  return ending_text(status);
}

// A copy of the descriptor does not keep the connection open.
void WorkerProcess::let_go() const { (void)::shutdown(control_.get(), SHUT_RDWR); }

void WorkerProcess::end() noexcept {
  if (pid_ <= 0) return;
  let_go();
  const UniqueFd watched(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{.fd = watched.get(), .events = POLLIN, .revents = 0};
  if (!watched || ::poll(&ended, 1, kPatienceMs) != 1) ::kill(pid_, SIGKILL);
  (void)reap();
}

}  // namespace signet::agent
