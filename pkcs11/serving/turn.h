// Whose turn it is at the token.
//
// Ordinary signatures run side by side, each in its own session. Whatever changes what they stand on (opening, login,
// recovery), and whatever must not be interrupted on the way to the card (a PIN and the signature that it is for), has
// the token for itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <shared_mutex>

#include "common/error.h"
#include "common/time.h"

namespace signet::pkcs11 {

class Caller;

/// What the turns are holds of: as much of std::shared_timed_mutex as they need. Its own, because the thread sanitizer
/// does not see the system calls that std::shared_timed_mutex makes with a steady clock. Who shares does not wait for
/// who wants to be alone, so a question that waits for a finger holds up no signature.
class TokenLock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool try_lock_until(TimePoint end);
  [[nodiscard]] bool try_lock_shared_until(TimePoint end);
  void unlock();
  void unlock_shared();

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  std::size_t sharing_ = 0;
  bool alone_ = false;
};

class Turns {
 public:
  /// Holding one is having the turn.
  using Shared = std::shared_lock<TokenLock>;
  using Alone = std::unique_lock<TokenLock>;

  /// @error Deadline   it did not come in time: nothing was asked of the module
  /// @error Cancelled  the peer went away while it waited
  [[nodiscard]] Result<Shared> share(const Caller& caller, Deadline deadline);
  [[nodiscard]] Result<Alone> alone(const Caller& caller, Deadline deadline);
  /// For a peer that has gone and whose session remains to be closed: does not hold the turn where it did not come.
  [[nodiscard]] Shared share_to_leave(std::chrono::milliseconds patience);
  /// The same for the process that ends.
  [[nodiscard]] Alone alone_if_idle(std::chrono::milliseconds patience);

 private:
  TokenLock lock_;
};

}  // namespace signet::pkcs11
