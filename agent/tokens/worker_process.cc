#include "agent/tokens/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t functions are POSIX
#include <spawn.h>
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
// Copies lie above the numbers that the worker gets, so that no dup2() hits a source.
constexpr int kAside = 10;
constexpr int kPatienceMs = 2000;

std::unexpected<Error> refuse(const std::string& step, int error) {
  return fail(ErrorCode::WorkerFailed, step + ": " + errno_text(error));
}

// posix_spawn(3)'s two records, freed whatever happens.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // All of ours is close-on-exec, but libraries open some that are not. What we ignore or block must not be ignored or
  // blocked there.
  int prepare(int control, int listener) {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    int trouble = ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    if (trouble == 0) trouble = ::posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    if (trouble == 0) trouble = ::posix_spawn_file_actions_adddup2(&actions_, control, kControlFd);
    if (trouble == 0) trouble = ::posix_spawn_file_actions_adddup2(&actions_, listener, kListenerFd);
    if (trouble == 0) trouble = ::posix_spawn_file_actions_addclosefrom_np(&actions_, kListenerFd + 1);
    if (trouble == 0) trouble = ::posix_spawnattr_setsigdefault(&attributes_, &all);
    if (trouble == 0) trouble = ::posix_spawnattr_setsigmask(&attributes_, &none);
    if (trouble == 0) {
      trouble = ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    return trouble;
  }

  int spawn(pid_t& pid, const std::string& program, char* const* argv, char* const* envp) {
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv, envp);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_of(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn(const WorkerCommand& command, int control, int listener) {
  std::vector<std::string> arguments = {command.program.string()};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment;
  environment.reserve(command.environment.size());
  for (const auto& [name, value] : command.environment) environment.emplace_back(name).append("=").append(value);
  const auto argv = pointers_of(arguments);
  const auto envp = pointers_of(environment);
  SpawnPlan plan;
  pid_t pid = -1;
  int trouble = plan.prepare(control, listener);
  if (trouble == 0) trouble = plan.spawn(pid, arguments.front(), argv.data(), envp.data());
  if (trouble != 0) return refuse("starting " + command.program.string(), trouble);
  return pid;
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

// Where the installed ones lie is fixed when this is built, relative to this program: an installed tree may stand
// anywhere.
Result<std::filesystem::path> worker_program(std::string_view name) {
  const auto installed = std::filesystem::path(SIGNET_WORKER_DIR_FROM_BIN) / name;
  if (const auto found = sibling_program(installed.native())) return found->lexically_normal();
  auto built = sibling_program(name);
  if (!built) built.error().what = "neither " + installed.string() + " nor " + built.error().what;
  return built;
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
  const UniqueFd control(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, kAside));
  const UniqueFd inherited(::fcntl(listener, F_DUPFD_CLOEXEC, kAside));
  if (!control || !inherited) return refuse("copying a descriptor", errno);
  const auto pid = spawn(command, control.get(), inherited.get());
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
