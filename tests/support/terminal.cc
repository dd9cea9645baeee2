#include "tests/support/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace signet::test {
namespace {

[[noreturn]] void give_up(const char* step) {
  std::perror(step);
  std::abort();
}

}  // namespace

Terminal::Terminal() : person_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  std::array<char, 128> name{};
  if (!person_ || ::grantpt(person_.get()) != 0 || ::unlockpt(person_.get()) != 0 ||
      ::ptsname_r(person_.get(), name.data(), name.size()) != 0) {
    give_up("posix_openpt");
  }
  name_ = name.data();
  program_.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!program_) give_up("open a terminal");
}

void Terminal::read_some(int milliseconds) {
  pollfd readable{.fd = person_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, milliseconds) != 1) return;
  std::array<char, 4096> some{};
  const ssize_t size = ::read(person_.get(), some.data(), some.size());
  if (size > 0) screen_.append(some.data(), static_cast<std::size_t>(size));
}

bool Terminal::shows(std::string_view text, Deadline deadline) {
  while (!deadline.passed()) {
    if (const auto at = screen_.find(text, found_); at != std::string::npos) {
      found_ = at + text.size();
      return true;
    }
    read_some(50);
  }
  return false;
}

void Terminal::type(std::string_view keys) const {
  if (::write(person_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) give_up("type");
}

bool Terminal::echoes() const {
  termios mode{};
  if (::tcgetattr(program_.get(), &mode) != 0) give_up("tcgetattr");
  return (mode.c_lflag & ECHO) != 0;
}

bool Terminal::comes_to_echo(bool echo, Deadline deadline) const {
  while (echoes() != echo && !deadline.passed()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return echoes() == echo;
}

const std::string& Terminal::screen() {
  read_some(0);
  return screen_;
}

}  // namespace signet::test
