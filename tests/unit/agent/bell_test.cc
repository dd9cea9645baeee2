#include "agent/loop/bell.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "tests/support/expect_refusal.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::await_on;
using test::expect_refusal;

constexpr auto kLong = 30s;  // a deadline that a working test never meets

class BellTest : public ::testing::Test {
 protected:
  // When everything that can go on without it has gone on.
  void later(std::function<void()> work) {
    asio::post(loop_, [this, work = std::move(work)] { asio::post(loop_, work); });
  }
  void cancel_later() {
    later([this] { cancel_.emit(asio::cancellation_type::terminal); });
  }

  asio::io_context loop_{1};
  asio::cancellation_signal cancel_;
  Bell bell_{loop_.get_executor()};
};

Awaitable<int> count_rings(Bell& bell, int& waiting) {
  ++waiting;
  const auto rung = co_await bell.wait(Deadline::after(kLong));
  --waiting;
  co_return rung ? 1 : 0;
}

TEST_F(BellTest, WakesAllWhoWait) {
  int waiting = 0;
  int woken = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(loop_, count_rings(bell_, waiting),
                   [&woken](const std::exception_ptr&, int rung) { woken += rung; });
  }
  later([this] { bell_.ring(); });
  EXPECT_EQ(await_on(loop_, count_rings(bell_, waiting)), 1);
  loop_.restart();
  loop_.run();
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(waiting, 0);
}

TEST_F(BellTest, DoesNotRememberARing) {
  bell_.ring();
  expect_refusal(await_on(loop_, bell_.wait(Deadline::after(1ms))), ErrorCode::Deadline, "the deadline passed");
}

TEST_F(BellTest, EndsWithTheCoroutineThatIsCancelled) {
  cancel_later();
  expect_refusal(await_on(loop_, bell_.wait(Deadline::after(kLong)), &cancel_), ErrorCode::Cancelled, "cancelled");
}

Awaitable<Result<void>> wait_twice(Bell& bell) {
  (void)co_await bell.wait(Deadline::after(kLong));
  co_return co_await bell.wait(Deadline::after(kLong));
}

TEST_F(BellTest, DoesNotBeginToWaitInACoroutineThatWasCancelled) {
  cancel_later();
  expect_refusal(await_on(loop_, wait_twice(bell_), &cancel_), ErrorCode::Cancelled, "cancelled");
}

Awaitable<bool> wait_regardless(Bell& bell, Deadline deadline) {
  co_await bell.wait_regardless(deadline);
  co_return true;
}

TEST_F(BellTest, IsAwaitedRegardlessOfACancellation) {
  bool rung = false;
  later([this, &rung] {
    cancel_.emit(asio::cancellation_type::terminal);
    later([this, &rung] {
      rung = true;
      bell_.ring();
    });
  });
  EXPECT_TRUE(await_on(loop_, wait_regardless(bell_, Deadline::after(kLong)), &cancel_));
  EXPECT_TRUE(rung);
}

TEST_F(BellTest, IsAwaitedUntilTheDeadlineAtMost) {
  const Deadline soon = Deadline::after(2ms);
  EXPECT_TRUE(await_on(loop_, wait_regardless(bell_, soon)));
  EXPECT_TRUE(soon.passed());
}

}  // namespace
}  // namespace signet::agent
