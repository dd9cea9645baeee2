#include "agent/loop/together.h"

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "agent/loop/bell.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

struct Running {
  Running(const asio::any_io_executor& executor, std::size_t count) : changed(executor), signals(count), left(count) {}

  void cancel_all() {
    for (asio::cancellation_signal& signal : signals) signal.emit(asio::cancellation_type::terminal);
  }

  Bell changed;
  std::vector<asio::cancellation_signal> signals;
  std::size_t left;
  bool futile = false;
};

Awaitable<bool> run_one(const Job& job) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await job();
}

}  // namespace

Awaitable<void> run_together(asio::any_io_executor executor, std::vector<Job> jobs) {
  constexpr std::chrono::hours kLong{24};  // the jobs have deadlines of their own
  Running running(executor, jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto done = [&running](const std::exception_ptr& thrown, bool worth_while) {
      --running.left;
      if (thrown || !worth_while) running.futile = true;
      running.changed.ring();
    };
    asio::co_spawn(executor, run_one(jobs[i]),
                   asio::bind_cancellation_slot(running.signals[i].slot(), std::move(done)));
  }
  bool cancelled = false;
  while (running.left > 0) {
    if (cancelled) {
      co_await running.changed.wait_regardless(Deadline::after(kLong));
      continue;
    }
    const auto woken = co_await running.changed.wait(Deadline::after(kLong));
    cancelled = running.futile || (!woken && woken.error().code == ErrorCode::Cancelled);
    if (cancelled) running.cancel_all();
  }
}

}  // namespace signet::agent
