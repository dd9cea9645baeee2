// Who may ask a token for a signature now (D13): one at a time where a person has to touch it, several where not.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/turnstile.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

/// No PKCS#11 attribute says whether a key wants a touch, so that is learnt: a key counts as quick when it has answered
/// kQuick times in a row without letting anybody wait, and kForget after it last did. The other keys are asked for one
/// signature at a time, and nothing else of their token goes on meanwhile: there is one prompt at a time. One thread.
class TouchQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr int kQuick = 3;
  static constexpr std::chrono::minutes kForget{5};

  /// @param at_once  signatures at a time with quick keys
  TouchQueue(boost::asio::any_io_executor executor, std::size_t at_once);

  /// Waits for the turn to sign with that key; the processes take turns.
  ///
  /// @param on_place  hears the place in the queue while it waits; may be empty
  /// @error Deadline, Cancelled
  Awaitable<Result<Turnstile::Pass>> enter(const std::string& key, pid_t client, Deadline deadline,
                                           Turnstile::OnPlace on_place);

  /// True where nobody signs and nobody waits for his turn.
  [[nodiscard]] bool idle() const { return turns_.idle(); }

  /// What the token did when it was asked to sign with that key.
  void note(const std::string& key, bool waited, TimePoint now);

 private:
  struct Habit {
    int quick = 0;
    TimePoint slow_until{};
  };
  [[nodiscard]] bool is_quick(const std::string& key, TimePoint now);

  std::size_t at_once_;
  Turnstile turns_;
  std::map<std::string, Habit> habits_;
};

}  // namespace signet::agent
