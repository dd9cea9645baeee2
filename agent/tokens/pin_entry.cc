#include "agent/tokens/pin_entry.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/tokens/notify_command.h"
#include "common/display.h"
#include "common/file.h"
#include "common/process.h"
#include "common/spawn.h"
#include "protocol/pin_entry_status.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

// From the PIN in the keeper's socket to the end of the program.
constexpr std::chrono::seconds kLastWord{15};

// A PIN is typed into it: it must be nobody else's.
Result<void> check_pinentry(const std::filesystem::path& path) {
  const auto refuse = [&path](const std::string& why, std::string remedy) {
    return fail(ErrorCode::WorkerFailed, "pinentry " + display_text(path.native()) + " " + why, std::move(remedy));
  };
  if (path.empty()) {
    return fail(ErrorCode::WorkerFailed, "there is no pinentry in PATH", "install one, or enter the PIN at a terminal");
  }
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return refuse("cannot be opened: " + errno_text(errno), "install one");
  const bool ours = facts.st_uid == 0 || facts.st_uid == ::geteuid();
  if (S_ISREG(facts.st_mode) && ours && (facts.st_mode & 022U) == 0) return {};
  return refuse("may be written by others", "chown and chmod it, or name another one in the configuration");
}

// The running program. Ends it, and waits for that, when it goes.
class Asking {
 public:
  Asking(pid_t pid, UniqueFd keepers_end) : pid_(pid), keepers_end_(std::move(keepers_end)) {}
  Asking(Asking&& other) noexcept : pid_(std::exchange(other.pid_, -1)), keepers_end_(std::move(other.keepers_end_)) {}
  Asking& operator=(Asking&&) = delete;
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() {
    if (pid_ <= 0) return;
    // The group: pinentry, too, has to leave the screen.
    ::kill(-pid_, SIGKILL);
    (void)reap();
  }

  [[nodiscard]] UniqueFd& keepers_end() { return keepers_end_; }
  [[nodiscard]] UniqueFd ended() const { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))); }
  // The exit status; -1 after a signal.
  int reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
  UniqueFd keepers_end_;
};

Result<Asking> start(const PinEntryCommand& command, std::string_view description, std::chrono::seconds time) {
  std::array<int, 2> ends{};
  std::array<int, 2> pipe{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(ErrorCode::WorkerFailed, "socketpair: " + errno_text(errno));
  }
  UniqueFd keepers_end(ends[0]);
  const UniqueFd programs_end(ends[1]);
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(ErrorCode::WorkerFailed, "pipe2: " + errno_text(errno));
  const UniqueFd reader(pipe[0]);
  UniqueFd writer(pipe[1]);
  // An empty pipe takes much more than a description.
  (void)!::write(writer.get(), description.data(), description.size());
  writer.reset();
  const Command program{.program = command.program,
                        .arguments = {"--pinentry", command.pinentry.string(), "--seconds",
                                      std::to_string(std::max<std::int64_t>(1, time.count()))},
                        .environment = command.environment};
  const auto pid = spawn(program, {{STDIN_FILENO, reader.get()}, {3, programs_end.get()}}, Session::Own);
  if (!pid) return fail(pid.error());
  return Asking(*pid, std::move(keepers_end));
}

// False at the deadline, or where the coroutine was cancelled.
Awaitable<bool> becomes_readable(asio::any_io_executor executor, int fd, Deadline deadline) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) co_return false;
  stream_descriptor watched(executor, copy.get());
  (void)copy.release();
  asio::steady_timer timer(executor, deadline.point());
  timer.async_wait([&watched](const boost::system::error_code& trouble) {
    boost::system::error_code ignored;
    if (!trouble) watched.cancel(ignored);
  });
  pollfd readable{.fd = watched.native_handle(), .events = POLLIN, .revents = 0};
  for (;;) {
    (void)co_await watched.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool over = deadline.passed() || state.cancelled() != asio::cancellation_type::none;
    if (::poll(&readable, 1, 0) > 0 && !over) break;
    if (over) break;
  }
  timer.cancel();
  // Its handler, which may be on its way, looks for the descriptor.
  co_await asio::post(executor, asio::as_tuple(asio::use_awaitable));
  co_return ::poll(&readable, 1, 0) > 0;
}

Error withdrawn(int status) {
  if (status == protocol::kPinCancelled) {
    return {.code = ErrorCode::PinRequired,
            .what = "the person at pinentry cancelled it",
            .remedy = "ask again to be asked again"};
  }
  if (status == protocol::kPinTimeOut) {
    return {.code = ErrorCode::PinRequired,
            .what = "nobody entered the PIN at pinentry in time",
            .remedy = "ask again to be asked again"};
  }
  return {.code = ErrorCode::WorkerFailed,
          .what = "pinentry could not ask for the PIN",
          .remedy = "see the agent's log; or enter it at a terminal: signet unlock"};
}

}  // namespace

PinEntryCommand pin_entry_command(std::filesystem::path program, const std::filesystem::path& pinentry) {
  PinEntryCommand command{.program = std::move(program),
                          .pinentry = pinentry.empty() ? program_in_path("pinentry") : pinentry};
  command.environment = desktop_environment();
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TERM", "GPG_TTY"}) {
    if (const char* value = std::getenv(name)) command.environment[name] = value;
  }
  return command;
}

Awaitable<Result<void>> ask_by_pinentry(asio::any_io_executor executor, PinEntryCommand command,
                                        std::string description, std::function<Result<void>(UniqueFd)> hand_over,
                                        Deadline deadline) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (auto sound = check_pinentry(command.pinentry); !sound) co_return fail(std::move(sound.error()));
  auto asking = start(command, description, std::chrono::duration_cast<std::chrono::seconds>(deadline.remaining()));
  if (!asking) co_return fail(std::move(asking.error()));
  // The end of the program makes it readable, too.
  const bool come = co_await becomes_readable(executor, asking->keepers_end().get(), deadline);
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    co_return fail(ErrorCode::Cancelled, "the request was cancelled while pinentry asked for the PIN");
  }
  if (!come) co_return fail(withdrawn(protocol::kPinTimeOut));
  int bytes = 0;
  if (::ioctl(asking->keepers_end().get(), FIONREAD, &bytes) == 0 && bytes > 0) {
    if (auto handed = hand_over(std::move(asking->keepers_end())); !handed) co_return handed;
  }
  const UniqueFd ended = asking->ended();
  if (!ended || !co_await becomes_readable(executor, ended.get(), Deadline::after(kLastWord))) {
    co_return fail(withdrawn(-1));
  }
  const int status = asking->reap();
  if (status != protocol::kPinHandedIn) co_return fail(withdrawn(status));
  co_return Result<void>();
}

}  // namespace signet::agent
