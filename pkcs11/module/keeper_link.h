// The child's end of the link to its keeper.
#pragma once

#include <functional>

#include "common/bytes.h"
#include "common/error.h"
#include "common/unique_fd.h"
#include "pkcs11/link/locked_page.h"
#include "pkcs11/module/cryptoki.h"

namespace signet::pkcs11 {

class KeeperLink {
 public:
  /// @error Bug  there is no locked memory to be had
  [[nodiscard]] static Result<KeeperLink> make(UniqueFd link);

  /// Sends a PIN to the token by `login` and tells the keeper what the token said of it. The PIN lies in locked memory
  /// while `login` runs and is wiped afterwards. One thread at a time.
  ///
  /// @param login     calls C_Login with the PIN that it is given, and does nothing else with it
  /// @error PinRequired   the keeper has none; the sentence says why
  /// @error PinIncorrect  the token refused it, now or before: it was forgotten
  /// @error PinLocked     the token refused it for the last time
  /// @error any of return_values.h
  [[nodiscard]] Result<void> log_in(const std::function<CK_RV(ByteView pin)>& login);

  /// Tells a sleeping keeper that a call has begun (call_board.h). Any thread.
  void wake() const;

  [[nodiscard]] int fd() const { return link_.get(); }

 private:
  KeeperLink(UniqueFd link, LockedPage page) : link_(std::move(link)), page_(std::move(page)) {}
  [[nodiscard]] Result<void> fetch_pin(std::size_t& size);

  UniqueFd link_;
  LockedPage page_;  // one received frame
};

}  // namespace signet::pkcs11
