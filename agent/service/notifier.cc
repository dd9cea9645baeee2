#include "agent/service/notifier.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "agent/service/variable.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

std::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::InvalidRequest, std::move(what), "a service manager sets it; unset it where there is none");
}

// Nothing where the manager does not watch us: it may watch the one who started us and left us the variable.
Result<std::optional<std::chrono::microseconds>> parse_watchdog(const NotifyVariables& variables, pid_t self) {
  if (!variables.watchdog_usec) return std::nullopt;
  const auto span = parse_number("WATCHDOG_USEC", *variables.watchdog_usec);
  if (!span) return fail(span.error());
  if (*span == 0 || *span > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return refuse("the variable WATCHDOG_USEC holds " + *variables.watchdog_usec + ", which is no time");
  }
  if (variables.watchdog_pid) {
    const auto meant = parse_number("WATCHDOG_PID", *variables.watchdog_pid);
    if (!meant) return fail(meant.error());
    if (*meant != static_cast<std::uint64_t>(self)) return std::nullopt;
  }
  return std::chrono::microseconds(static_cast<std::int64_t>(*span));
}

}  // namespace

NotifyVariables take_notify_variables() {
  return {.socket = take_variable("NOTIFY_SOCKET"),
          .watchdog_usec = take_variable("WATCHDOG_USEC"),
          .watchdog_pid = take_variable("WATCHDOG_PID")};
}

Result<Notifier> Notifier::make(const NotifyVariables& variables, pid_t self) {
  Notifier notifier;
  auto watchdog = parse_watchdog(variables, self);
  if (!watchdog) return fail(std::move(watchdog.error()));
  if (!variables.socket) return notifier;
  notifier.watchdog_ = *watchdog;
  notifier.name_ = *variables.socket;
  std::string& name = notifier.name_;
  if (name.size() < 2 || (name[0] != '/' && name[0] != '@')) {
    return refuse("the variable NOTIFY_SOCKET holds \"" + display_text(name, 120) +
                  "\", which is neither an absolute path nor an abstract address");
  }
  if (name.size() >= sizeof(notifier.address_.sun_path)) {
    return refuse("the variable NOTIFY_SOCKET holds " + std::to_string(name.size()) + " bytes; the kernel takes 107");
  }
  notifier.address_.sun_family = AF_UNIX;
  std::ranges::copy(name, notifier.address_.sun_path);
  const bool abstract = name[0] == '@';
  if (abstract) notifier.address_.sun_path[0] = '\0';
  // unix(7): an abstract name is as long as the size says, a path ends in a NUL.
  notifier.address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0U : 1U));
  notifier.socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!notifier.socket_) return fail(ErrorCode::Bug, "socket: " + errno_text(errno));
  return notifier;
}

bool Notifier::send(std::string_view lines) const {
  return ::send(socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(lines.size());
}

// Connected, so that poll(2) says when the manager has room; connected anew each time, so that a manager that made its
// socket anew is found.
Result<void> Notifier::tell(std::string_view lines, Deadline deadline) {
  if (!socket_) return {};
  const auto told = [this](int why) {
    return fail(ErrorCode::InvalidRequest,
                "the service manager cannot be told anything at " + display_text(name_, 120) + ": " + errno_text(why));
  };
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address_), address_size_) != 0) return told(errno);
  while (!send(lines)) {
    if (errno != EAGAIN && errno != EINTR) return told(errno);
    if (deadline.passed()) return fail(ErrorCode::Deadline, "the service manager does not read what it is told");
    pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    (void)::poll(&room, 1, static_cast<int>(deadline.remaining().count()));
  }
  return {};
}

}  // namespace signet::agent
