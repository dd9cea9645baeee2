// Signals that ask a program to end, heard where it still has something to keep.
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <array>

namespace signet::client {

/// While one lives, SIGINT, SIGTERM and SIGHUP are noted instead of ending the process; at its end the process gets the
/// one that came, as if it came then. Those that were ignored stay ignored. One at a time in a process.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Hung up (poll(2)) from the first signal on: for AgentClient::watch(). -1 where the process has no descriptors
  /// left.
  [[nodiscard]] int fd() const { return fd_; }
  /// Whether one came.
  [[nodiscard]] static bool came();

 private:
  int fd_ = -1;
  std::array<struct sigaction, 3> before_{};
};

}  // namespace signet::client
