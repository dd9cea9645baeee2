// A bell on the event loop: coroutines wait for it, whoever changes something rings it.
//
// The event loop's form of a condition variable: a waiter looks at its condition, waits, and looks again. One thread,
// so nothing can change between the look and the wait.
#pragma once

#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

/// Must outlive whoever waits for it.
class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor);
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Ends with the next ring().
  ///
  /// @error Deadline   it did not ring in time
  /// @error Cancelled  the coroutine was cancelled, also before it began to wait
  Awaitable<Result<void>> wait(Deadline deadline);

  /// Ends with the next ring() or at the deadline, also in a coroutine that was cancelled: for what must be brought to
  /// an end whether or not somebody still asks for it.
  Awaitable<void> wait_regardless(Deadline deadline);

  /// Wakes all who wait now.
  void ring();

 private:
  struct Waiter;
  Awaitable<bool> wait_once(Deadline deadline);

  boost::asio::any_io_executor executor_;
  std::vector<Waiter*> waiters_;
};

}  // namespace signet::agent
