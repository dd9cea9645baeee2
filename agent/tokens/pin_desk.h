// Where the requests for one token wait for its PIN: one person is asked at a time, whatever the number of requests.
//
// The PIN itself does not come by here. Whoever is asked hands it to the keeper (protocol/pin_record.h), and the
// keeper's word of it wakes all that wait.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/bell.h"
#include "agent/loop/turnstile.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/pin_prompt.h"

namespace signet::agent {

using protocol::pin_prompt;
using protocol::PinNeed;

/// How a request asks its person.
struct PinAsker {
  pid_t client = 0;                                           ///< the processes take turns
  std::string purpose{};                                      ///< what the PIN is for, safe to show
  std::function<bool()> can{};                                ///< empty: it cannot
  std::function<Awaitable<void>(const PinNeed& need)> ask{};  ///< called only where it can
  std::function<void()> over{};                               ///< the prompt is over, however it ended; may be empty
  [[nodiscard]] bool can_ask() const { return can && can(); }
};

/// Must outlive whoever waits. One thread.
class PinDesk {
 public:
  /// @param token  its name, for messages
  PinDesk(boost::asio::any_io_executor executor, std::string token);
  ~PinDesk();
  PinDesk(const PinDesk&) = delete;
  PinDesk& operator=(const PinDesk&) = delete;

  /// The keeper has got a PIN; or the token has refused the last one.
  void note_entered();
  void note_refused();

  /// Whoever waits for a PIN waits in vain: they end with this error.
  void turn_away(const Error& why);

  /// PINs that were entered so far.
  [[nodiscard]] std::uint64_t entered() const { return entered_; }
  /// True where the last one was refused, and none was entered since.
  [[nodiscard]] bool refused() const { return refused_; }

  /// The right to ask. Nothing where a PIN was entered after `seen` (entered()): then the token is asked, and nobody
  /// else.
  ///
  /// @error Deadline, Cancelled
  Awaitable<Result<std::optional<Turnstile::Pass>>> enter(std::uint64_t seen, pid_t client, Deadline deadline);

  /// Waits for a PIN that is entered after `seen`, by whomever.
  ///
  /// @error PinRequired  none was in time
  /// @error what turn_away() said; Cancelled
  Awaitable<Result<void>> wait(std::uint64_t seen, Deadline deadline);

 private:
  std::string token_;
  Turnstile turns_;
  Bell changed_;
  std::uint64_t entered_ = 0;
  bool refused_ = false;
  std::uint64_t turned_away_ = 0;  // how often
  Error why_{};                    // the last time
};

}  // namespace signet::agent
