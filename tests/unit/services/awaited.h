// One coroutine, run to its end on an event loop.
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "common/awaitable.h"

namespace signet::test {

template <typename T>
Awaitable<void> keep_result(Awaitable<T> work, std::optional<T>& result) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  result.emplace(co_await std::move(work));
}

/// What else runs on the loop goes on meanwhile, and stops with it.
///
/// @param cancel  cancels the coroutine when it is emitted
template <typename T>
T await_on(boost::asio::io_context& loop, Awaitable<T> work, boost::asio::cancellation_signal* cancel = nullptr) {
  std::optional<T> result;
  boost::asio::cancellation_signal unused;
  boost::asio::co_spawn(loop, keep_result(std::move(work), result),
                        boost::asio::bind_cancellation_slot((cancel == nullptr ? unused : *cancel).slot(),
                                                            [&loop](const std::exception_ptr&) { loop.stop(); }));
  loop.restart();
  loop.run();
  return std::move(result.value());
}

}  // namespace signet::test
