// The lock of the SSH agent's socket (ssh-add -x, -X): one for all connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/turnstile.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/secret.h"
#include "common/time.h"
#include "sigstore/encoding/password.h"

namespace signet::agent {

/// One thread. Must outlive whoever waits.
class SshLock {
 public:
  explicit SshLock(boost::asio::any_io_executor executor);

  [[nodiscard]] bool locked() const { return password_.has_value(); }
  /// How often it was locked.
  [[nodiscard]] std::size_t times() const { return times_; }
  /// For what began when it was open and had been locked so often: somebody who locks it means that, too, also where it
  /// is open again.
  ///
  /// @error Locked
  [[nodiscard]] Result<void> check_open_since(std::size_t times) const;

  /// @error InvalidRequest  the password is empty
  /// @error Locked          it is locked already
  [[nodiscard]] Result<void> lock(const Secret& password);

  /// After each wrong password the next answer takes 0.1 s longer, ten at most, and attempts wait for one another:
  /// asking over many connections at once gains nothing. The check of each (sigstore::KnownPassword) holds the event
  /// loop up, for tens of milliseconds; the waits hold nobody up.
  ///
  /// @error NotAuthorized  the password is not the one
  /// @error InvalidRequest  it is not locked; Cancelled
  Awaitable<Result<void>> unlock(const Secret& password);

 private:
  Awaitable<Result<void>> wait_for_the_next_attempt();

  Turnstile attempts_;
  boost::asio::any_io_executor executor_;
  std::optional<sigstore::KnownPassword> password_;
  std::size_t times_ = 0;
  std::size_t failures_ = 0;
  Deadline next_attempt_ = Deadline::after(std::chrono::milliseconds(0));
};

}  // namespace signet::agent
