#include "agent/loop/bell.h"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signet::agent {

namespace asio = boost::asio;

struct Bell::Waiter {
  Waiter(const asio::any_io_executor& executor, Deadline deadline, std::vector<Waiter*>& all)
      : timer(executor, deadline.point()), waiters(all) {
    waiters.push_back(this);
  }
  ~Waiter() { std::erase(waiters, this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  asio::steady_timer timer;
  std::vector<Waiter*>& waiters;
  bool rung = false;
};

Bell::Bell(asio::any_io_executor executor) : executor_(std::move(executor)) {}
Bell::~Bell() = default;

// True where it rang; false at the deadline or when the wait was cancelled.
Awaitable<bool> Bell::wait_once(Deadline deadline) {
  Waiter waiter(executor_, deadline, waiters_);
  (void)co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return waiter.rung;
}

Awaitable<Result<void>> Bell::wait(Deadline deadline) {
  const auto before = co_await asio::this_coro::cancellation_state;
  if (before.cancelled() != asio::cancellation_type::none) {
    co_return fail(ErrorCode::Cancelled, "the request was cancelled");
  }
  const bool rung = co_await wait_once(deadline);
  const auto after = co_await asio::this_coro::cancellation_state;
  if (after.cancelled() != asio::cancellation_type::none) {
    co_return fail(ErrorCode::Cancelled, "the request was cancelled");
  }
  if (!rung) co_return fail(ErrorCode::Deadline, "the deadline passed");
  co_return Result<void>();
}

Awaitable<void> Bell::wait_regardless(Deadline deadline) {
  bool rung = false;
  while (!rung && !deadline.passed()) rung = co_await wait_once(deadline);
}

void Bell::ring() {
  for (Waiter* waiter : waiters_) {
    waiter->rung = true;
    waiter->timer.cancel();
  }
}

}  // namespace signet::agent
