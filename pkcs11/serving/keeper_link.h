// The child's end of the link to its keeper.
#pragma once

#include <cstdint>
#include <functional>

#include "common/bytes.h"
#include "common/error.h"
#include "common/locked_page.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

/// How many wrong PINs a token still takes: it locks itself at the last.
enum class Tries : std::uint8_t { Several, Last };

/// What a token said of a PIN.
enum class PinOutcome : std::uint8_t {
  Accepted,
  Unneeded,  ///< it was not looked at
  Refused,   ///< it is no good: it is never sent again
  Gone,      ///< the token is not there any more
  Unclear,   ///< something failed, and it may have been for the PIN
};
struct PinAnswer {
  PinOutcome outcome = PinOutcome::Unclear;
  Error error{};  ///< where it was neither accepted nor unneeded
};

class KeeperLink {
 public:
  /// @error Bug  there is no locked memory to be had
  [[nodiscard]] static Result<KeeperLink> make(UniqueFd link);

  /// Sends a PIN to the token by `send` and tells the keeper what the token said of it. The PIN lies in locked memory
  /// while `send` runs and is wiped afterwards. One thread at a time.
  ///
  /// @param send          gives the token the PIN, and does nothing else with it
  /// @error PinRequired   the keeper has none; the sentence says why
  /// @error PinIncorrect  the token refused it, now or before: it was forgotten
  /// @error PinLocked     the token refused it for the last time; or, with Tries::Last, nobody insisted on that
  /// @error the one of `send`
  [[nodiscard]] Result<void> log_in(const std::function<PinAnswer(ByteView pin)>& send, Tries tries = Tries::Several);

  /// Tells a sleeping keeper that a call has begun (call_board.h). Any thread.
  void wake() const;

  [[nodiscard]] int fd() const { return link_.get(); }

 private:
  KeeperLink(UniqueFd link, LockedPage page) : link_(std::move(link)), page_(std::move(page)) {}
  [[nodiscard]] Result<void> fetch_pin(std::size_t& size, Tries tries);

  UniqueFd link_;
  LockedPage page_;  // one received frame
};

}  // namespace signet::pkcs11
