// What we tell the service manager that started us, and how often it wants to hear (sd_notify(3),
// sd_watchdog_enabled(3)).
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::agent {

/// NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as they were found.
struct NotifyVariables {
  std::optional<std::string> socket{};
  std::optional<std::string> watchdog_usec{};
  std::optional<std::string> watchdog_pid{};
};

/// Reads the three and removes them from the environment: whom we start has nothing to say to our manager. Call it
/// while the process has one thread.
[[nodiscard]] NotifyVariables take_notify_variables();

class Notifier {
 public:
  /// One that has nobody to tell.
  Notifier() = default;

  /// @error InvalidRequest  a variable is malformed: NOTIFY_SOCKET is neither an absolute path nor "@" and a name, or
  /// is
  ///                        longer than 107 bytes; a number is none, or WATCHDOG_USEC is zero
  /// @error Bug             the system gave no socket
  [[nodiscard]] static Result<Notifier> make(const NotifyVariables& variables, pid_t self);

  /// Whether somebody is told.
  [[nodiscard]] bool has_listener() const { return static_cast<bool>(socket_); }
  /// The manager takes us for stuck when it has not heard "WATCHDOG=1" for this long; nothing where it does not watch.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  /// Sends one datagram of lines "NAME=value"; nothing where has_listener() is false. Blocks until the manager has room
  /// for it.
  ///
  /// @error Deadline        it had none
  /// @error InvalidRequest  nobody is there to hear it, or the system refused
  [[nodiscard]] Result<void> tell(std::string_view lines, Deadline deadline);

 private:
  [[nodiscard]] bool send(std::string_view lines) const;

  UniqueFd socket_;
  sockaddr_un address_{};
  socklen_t address_size_ = 0;
  std::string name_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace signet::agent
