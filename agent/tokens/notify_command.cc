#include "agent/tokens/notify_command.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/file.h"
#include "common/spawn.h"
#include "common/unique_fd.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes kLongest{1};
constexpr std::chrono::seconds kLastWords{2};
}  // namespace

std::map<std::string, std::string> desktop_environment() {
  std::map<std::string, std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY",
                           "XAUTHORITY", "WAYLAND_DISPLAY"}) {
    if (const char* value = std::getenv(name)) environment.emplace(name, value);
  }
  return environment;
}

// Kept by its own waits, so that the process is reaped whoever ends first.
struct NotifyCommand::Running : std::enable_shared_from_this<Running> {
  Running(const asio::any_io_executor& executor, pid_t process, UniqueFd process_end)
      : ended(executor, process_end.release()), limit(executor), pid(process) {}

  ~Running() {
    if (pid > 0) (void)::kill(-pid, SIGKILL);  // the loop has ended before it
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void watch() {
    ended.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code&) { self->reap(); });
  }

  // With all that it started. A process that was not reaped keeps its number, so that nobody else is hit.
  void signal(int number) {
    if (pid <= 0) return;
    (void)::kill(-pid, number);
    end_after(kLastWords, SIGKILL);
  }

  void end_after(std::chrono::milliseconds time, int number) {
    limit.expires_after(time);
    limit.async_wait([self = shared_from_this(), number](const boost::system::error_code& cancelled) {
      if (!cancelled) self->signal(number);
    });
  }

  void reap() {
    if (pid > 0 && ::waitpid(pid, nullptr, WNOHANG) == 0) return watch();  // Asio may wake us for another's sake
    pid = -1;
    limit.cancel();
  }

  asio::posix::stream_descriptor ended;
  asio::steady_timer limit;
  pid_t pid;
};

Result<NotifyCommand> NotifyCommand::start(const asio::any_io_executor& executor, Command command) {
  command.environment.merge(desktop_environment());
  const auto pid = spawn(command, {}, Session::Own);
  if (!pid) return fail(pid.error());
  UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
  if (!ended) {
    (void)::kill(*pid, SIGKILL);
    (void)::waitpid(*pid, nullptr, 0);
    return fail(ErrorCode::WorkerFailed, "pidfd_open: " + errno_text(errno));
  }
  NotifyCommand started;
  started.running_ = std::make_shared<Running>(executor, *pid, std::move(ended));
  started.running_->watch();
  started.running_->end_after(kLongest, SIGTERM);
  return started;
}

NotifyCommand::~NotifyCommand() {
  if (running_) running_->signal(SIGTERM);
}

}  // namespace signet::agent
