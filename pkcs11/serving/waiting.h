// Tells a peer that its call lasts: most likely the token waits for a finger.
//
// Connections are served by threads that sit in the module while they wait, so one more thread watches the time for all
// of them. It sleeps while nothing is announced.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pkcs11/link/call_board.h"

namespace signet::pkcs11 {

/// A token that is not touched answers within this time; a person who is asked to touch it does not notice it.
inline constexpr std::chrono::milliseconds kNoticeAfter{400};

class WaitingNotices {
 public:
  /// @param message  what is sent: one whole message
  explicit WaitingNotices(std::string message);
  ~WaitingNotices();
  WaitingNotices(const WaitingNotices&) = delete;
  WaitingNotices& operator=(const WaitingNotices&) = delete;

  /// The call at `seat` begins; if it lasts longer than `after`, `socket` gets the message, once and at the latest
  /// before end() returns.
  void begin(std::size_t seat, int socket, std::chrono::milliseconds after = kNoticeAfter);
  /// The call has ended: nothing is sent for it any more.
  void end(std::size_t seat);

 private:
  struct Call {
    int socket = -1;
    std::chrono::steady_clock::time_point due{};
  };
  void watch();
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> send_due();

  const std::string message_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::optional<Call>, kSeats> calls_;
  bool idle_ = true;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace signet::pkcs11
