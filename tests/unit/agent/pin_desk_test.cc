#include "agent/tokens/pin_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>

#include "tests/support/expect_refusal.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class PinDeskTest : public ::testing::Test {
 protected:
  // One request that wants the PIN.
  struct Request {
    asio::cancellation_signal cancel;
    bool asked = false;
    std::optional<Result<void>> end;
  };

  Awaitable<void> want(Request& request, std::chrono::milliseconds patience) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const Deadline deadline = Deadline::after(patience);
    const std::uint64_t seen = desk_.entered();
    auto turn = co_await desk_.enter(seen, 1, deadline);
    if (!turn) {
      request.end = fail(std::move(turn.error()));
    } else if (!*turn) {
      request.end = Result<void>();
    } else {
      request.asked = true;
      request.end = co_await desk_.wait(seen, deadline);
    }
  }
  void start(Request& request, std::chrono::milliseconds patience = 30s) {
    asio::co_spawn(loop_, want(request, patience),
                   asio::bind_cancellation_slot(request.cancel.slot(), [](const std::exception_ptr&) {}));
    turn();
  }
  void turn() {
    loop_.restart();
    loop_.poll();
  }
  void wait_for(const Request& request) {
    const Deadline deadline = Deadline::after(30s);
    while (!request.end && !deadline.passed()) {
      loop_.restart();
      loop_.run_for(2ms);
    }
    ASSERT_TRUE(request.end);
  }

  asio::io_context loop_{1};
  PinDesk desk_{loop_.get_executor(), "desk"};
};

TEST_F(PinDeskTest, AsksOnePersonForAllWhoWait) {
  std::array<Request, 4> all;
  for (Request& request : all) start(request);
  EXPECT_TRUE(all[0].asked);
  desk_.note_entered();
  for (Request& request : all) {
    wait_for(request);
    EXPECT_TRUE(*request.end);
  }
  EXPECT_FALSE(all[1].asked || all[2].asked || all[3].asked);
}

TEST_F(PinDeskTest, AsksTheNextOneWhereTheFirstGoes) {
  std::array<Request, 2> all;
  for (Request& request : all) start(request);
  EXPECT_FALSE(all[1].asked);
  all[0].cancel.emit(asio::cancellation_type::terminal);
  turn();
  turn();
  EXPECT_TRUE(all[1].asked);
  desk_.note_entered();
  wait_for(all[1]);
  EXPECT_TRUE(*all[1].end);
}

TEST_F(PinDeskTest, SaysThatNobodyEnteredOneInTime) {
  Request request;
  start(request, 20ms);
  wait_for(request);
  test::expect_refusal(*request.end, ErrorCode::PinRequired, "nobody entered the PIN of token desk in time");
}

TEST_F(PinDeskTest, LetsNobodyWaitWhereOneCameSinceTheTokenWasAsked) {
  const std::uint64_t seen = desk_.entered();
  desk_.note_entered();
  const auto turn = test::await_on(loop_, desk_.enter(seen, 1, Deadline::after(30s)));
  ASSERT_TRUE(turn);
  EXPECT_FALSE(*turn);
}

TEST_F(PinDeskTest, RemembersThatTheLastOneWasRefused) {
  desk_.note_entered();
  EXPECT_FALSE(desk_.refused());
  desk_.note_refused();
  EXPECT_TRUE(desk_.refused());
  desk_.note_entered();
  EXPECT_FALSE(desk_.refused());
}

}  // namespace
}  // namespace signet::agent
