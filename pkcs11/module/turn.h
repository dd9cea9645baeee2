// Whose turn it is at the token.
//
// Ordinary signatures run side by side, each in its own session. Whatever changes what they stand on (opening, login,
// recovery), and whatever must not be interrupted on the way to the card (a PIN and the signature that it is for), has
// the token for itself.
#pragma once

#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "common/error.h"
#include "common/time.h"

namespace signet::pkcs11 {

class Client;

class Turns {
 public:
  /// Holding one is having the turn.
  using Shared = std::shared_lock<std::shared_timed_mutex>;
  using Alone = std::unique_lock<std::shared_timed_mutex>;

  /// @error Deadline   it did not come in time: nothing was asked of the module
  /// @error Cancelled  the peer went away while it waited
  [[nodiscard]] Result<Shared> share(const Client& client, Deadline deadline);
  [[nodiscard]] Result<Alone> alone(const Client& client, Deadline deadline);
  /// For a peer that has gone and whose session remains to be closed: does not hold the turn where it did not come.
  [[nodiscard]] Shared share_to_leave(std::chrono::milliseconds patience);

 private:
  std::shared_timed_mutex mutex_;
};

}  // namespace signet::pkcs11
