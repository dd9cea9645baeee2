// Asking somebody for a token's PIN when the token wants it, and asking the token again when it was entered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/tokens/pin_desk.h"
#include "agent/tokens/pin_entry.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "config/configuration.h"
#include "protocol/token_messages.h"

namespace signet::agent {

/// What asking needs of the token.
struct PinTaker {
  std::function<Awaitable<Result<protocol::TokenInfoReply>>(Deadline deadline)> info;  ///< what it says of itself
  std::function<Result<void>(UniqueFd connection)> take_pin;  ///< the keeper's end of pinentry's connection
};

/// Must outlive whoever waits. One thread.
class PinAsking {
 public:
  /// @param pin_entry  how pinentry is asked
  PinAsking(boost::asio::any_io_executor executor, const config::Token& configured, PinEntryCommand pin_entry,
            PinTaker token);

  /// True where the configuration lets a person be asked.
  [[nodiscard]] bool asks_somebody() const { return !prompts_.empty(); }

  /// PinDesk's, of the same names.
  void note_entered() { desk_.note_entered(); }
  void note_refused() { desk_.note_refused(); }
  void turn_away(const Error& why) { desk_.turn_away(why); }

  /// Asks the token by `ask`, and again each time that a person has entered the PIN that it wanted: whatever is asked,
  /// a PIN is wanted before anything has happened, so that asking again is safe.
  ///
  /// @error what `ask` said, about a PIN that nobody could be asked for or about anything else
  /// @error PinRequired  nobody entered it in time, or the person cancelled
  /// @error PinLocked    the last try is left, and nobody may insist
  template <typename T>
  Awaitable<Result<T>> with_pin(std::function<Awaitable<Result<T>>()> ask, const PinAsker& asker, Deadline deadline) {
    for (bool entered = false;; entered = true) {
      const std::uint64_t seen = desk_.entered();
      Result<T> reply = co_await ask();
      if (reply || !may_help(reply.error().code, entered)) co_return reply;
      auto there = co_await get(std::move(reply.error()), seen, asker, deadline);
      if (!there) co_return fail(std::move(there.error()));
    }
  }

 private:
  [[nodiscard]] bool may_help(ErrorCode code, bool entered) const;
  /// Ends when a PIN was entered after `seen`.
  Awaitable<Result<void>> get(Error wanted, std::uint64_t seen, const PinAsker& asker, Deadline deadline);
  Awaitable<Result<void>> ask_at_terminal(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                          Deadline deadline);
  Awaitable<Result<void>> ask_at_pinentry(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                          Deadline deadline);
  Awaitable<Result<PinNeed>> describe_need(Error wanted, Deadline deadline);

  std::string token_;
  std::vector<config::PinPrompt> prompts_;  // where a person is asked for the PIN; empty: nowhere
  PinEntryCommand pin_entry_;
  boost::asio::any_io_executor executor_;
  PinDesk desk_;
  PinTaker taker_;
};

}  // namespace signet::agent
