#include "client/lib/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t functions are POSIX
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string>
#include <tuple>
#include <utility>

#include "client/lib/explain.h"
#include "common/file.h"

namespace signet::client {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};

// The one thing that a handler may touch.
volatile sig_atomic_t came = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void note_signal(int number) { came = number; }

std::unexpected<Error> unusable(const char* step) {
  return fail(ErrorCode::PinRequired, std::string("the terminal cannot be used: ") + step + ": " + errno_text(errno));
}

// Signals wait while this lives, and reach us in ppoll(2) alone: none can end this process with the echo off.
class HeldSignals {
 public:
  HeldSignals() {
    came = 0;
    sigset_t held;
    ::sigemptyset(&held);
    for (const int number : kSignals) ::sigaddset(&held, number);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
    struct sigaction noting{};
    noting.sa_handler = note_signal;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals.at(i), nullptr, &actions_.at(i));
      // nohup(1) has it ignored, and so it stays.
      if (actions_.at(i).sa_handler != SIG_IGN) ::sigaction(kSignals.at(i), &noting, nullptr);
    }
  }
  ~HeldSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals.at(i), &actions_.at(i), nullptr);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  std::array<struct sigaction, kSignals.size()> actions_{};
};

// The terminal as we need it: a line at a time, shown or not.
class Mode {
 public:
  Mode(int fd, Echo echo) : fd_(fd), set_(::tcgetattr(fd, &before_) == 0) {
    termios wanted = before_;
    wanted.c_lflag |= ICANON | ISIG;
    if (echo == Echo::Off) wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    set_ = set_ && ::tcsetattr(fd, TCSAFLUSH, &wanted) == 0;
  }
  ~Mode() {
    if (set_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  Mode(const Mode&) = delete;
  Mode& operator=(const Mode&) = delete;

  [[nodiscard]] bool is_set() const { return set_; }

 private:
  int fd_;
  termios before_{};
  bool set_;
};

enum class Woken : std::uint8_t { Line, News, Unneeded, Signal };

struct Awaited {
  int terminal = -1;
  int watched = -1;
  const sigset_t& mask;
  Deadline deadline;
};

Result<Woken> wait_for_line_or_news(const Awaited& awaited) {
  std::array<pollfd, 2> events = {{{.fd = awaited.terminal, .events = POLLIN, .revents = 0},
                                   {.fd = awaited.watched, .events = POLLIN, .revents = 0}}};
  for (;;) {
    const auto left = awaited.deadline.remaining();
    const timespec time{.tv_sec = static_cast<time_t>(left.count() / 1000),
                        .tv_nsec = static_cast<long>(left.count() % 1000) * 1'000'000};
    const int ready = ::ppoll(events.data(), events.size(), &time, &awaited.mask);
    if (ready < 0 && errno == EINTR && came != 0) return Woken::Signal;
    if (ready < 0 && errno != EINTR) return unusable("ppoll");
    if (ready == 0) return fail(ErrorCode::Deadline, "nobody answered at the terminal in time", "ask again");
    if (ready > 0) return events[1].revents != 0 ? Woken::News : Woken::Line;
  }
}

// Who hears the news may write to this terminal: the prompt makes room for it, and comes back.
Result<Woken> wait_for_answer(const Awaited& awaited, std::string_view prompt, const StillWanted& still_wanted) {
  const std::string line = std::string(kClearLine).append(prompt.substr(prompt.rfind('\n') + 1));
  for (;;) {
    auto woken = wait_for_line_or_news(awaited);
    if (!woken || *woken != Woken::News) return woken;
    std::ignore = write_all(awaited.terminal, kClearLine);
    if (!still_wanted || !still_wanted()) return Woken::Unneeded;
    std::ignore = write_all(awaited.terminal, line);
  }
}

Result<void> read_line(int terminal, LockedPage& answer, std::size_t limit) {
  answer.clear();
  const ssize_t size = ::read(terminal, answer.room().data(), limit + 1);
  if (size < 0) return unusable("read");
  auto length = static_cast<std::size_t>(size);
  const bool whole = length > 0 && answer.room()[length - 1] == '\n';
  if (whole) --length;
  if (length == 0) return fail(ErrorCode::PinRequired, "nothing was entered", "ask again");
  if (length > limit) {
    answer.clear();
    return fail(ErrorCode::LimitExceeded, "what was entered is longer than " + std::to_string(limit) + " bytes");
  }
  answer.resize(length);
  return {};
}

}  // namespace

Result<Terminal> Terminal::open() {
  UniqueFd fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (fd) return Terminal(std::move(fd));
  return fail(ErrorCode::PinRequired, "this program has no terminal to ask at: " + errno_text(errno));
}

void Terminal::show(std::string_view text) const { std::ignore = write_all(fd_.get(), text); }

Result<Asked> Terminal::ask(std::string_view prompt, Echo echo, LockedPage& answer, std::size_t limit, int watched,
                            Deadline deadline, const StillWanted& still_wanted) {
  for (;;) {
    Result<Woken> woken = Woken::Signal;
    Result<void> line;
    // Whoever changes the terminal from there is stopped with its whole job.
    if (::tcgetpgrp(fd_.get()) != ::getpgrp()) {
      return fail(ErrorCode::PinRequired, "this program runs in the background of its terminal");
    }
    {
      const HeldSignals signals;
      const Mode mode(fd_.get(), echo);
      if (!mode.is_set()) return unusable("tcsetattr");
      show(prompt);
      const Awaited awaited{.terminal = fd_.get(), .watched = watched, .mask = signals.before(), .deadline = deadline};
      woken = wait_for_answer(awaited, prompt, still_wanted);
      if (woken && *woken == Woken::Line) line = read_line(fd_.get(), answer, limit);
      const bool at_prompt = !woken || *woken == Woken::Signal;
      if (at_prompt || (echo == Echo::Off && *woken == Woken::Line)) show("\n");
    }
    if (!woken) return fail(std::move(woken.error()));
    if (*woken == Woken::Unneeded) return Asked::Unneeded;
    if (*woken == Woken::Line && !line) return fail(std::move(line.error()));
    if (*woken == Woken::Line) return Asked::Answered;
    // As if it had come now: it ends or stops this process, or what it did before we came is done.
    std::ignore = ::raise(came);
  }
}

}  // namespace signet::client
