#include "agent/loop/turnstile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <vector>

#include <boost/asio/post.hpp>

#include "agent/loop/bell.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto kLong = 30s;

// Guests who come, stay until they are sent away, and are written down when they enter.
class TurnstileTest : public ::testing::Test {
 protected:
  struct Guest {
    explicit Guest(asio::io_context& loop) : leave(loop.get_executor()) {}
    Bell leave;
    asio::cancellation_signal cancel;
    std::optional<ErrorCode> refused;
  };

  ~TurnstileTest() override {
    while (!turnstile_.idle()) {
      for (Guest& guest : guests_) send_away(guest);
    }
  }

  Guest& come(int name, std::chrono::milliseconds patience = kLong) {
    Guest& guest = guests_.emplace_back(loop_);
    asio::co_spawn(loop_, visit(name, guest, Deadline::after(patience)),
                   asio::bind_cancellation_slot(guest.cancel.slot(), [](const std::exception_ptr&) {}));
    settle();
    return guest;
  }
  void send_away(Guest& guest) {
    guest.leave.ring();
    settle();
  }
  void cancel(Guest& guest) {
    guest.cancel.emit(asio::cancellation_type::terminal);
    settle();
  }
  // Everything that can go on goes on.
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }

  asio::io_context loop_{1};
  Turnstile turnstile_{loop_.get_executor(), 2};
  std::vector<int> entered_;
  std::list<Guest> guests_;

 private:
  Awaitable<void> visit(int name, Guest& guest, Deadline deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto pass = co_await turnstile_.enter(deadline);
    if (!pass) {
      guest.refused = pass.error().code;
      co_return;
    }
    entered_.push_back(name);
    co_await guest.leave.wait_regardless(Deadline::after(kLong));
  }
};

TEST_F(TurnstileTest, LetsSoManyInAndTheOthersInTheirOrder) {
  Guest& first = come(1);
  Guest& second = come(2);
  come(3);
  come(4);
  EXPECT_THAT(entered_, ElementsAre(1, 2));
  send_away(second);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 3));
  send_away(first);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 3, 4));
}

TEST_F(TurnstileTest, IsIdleWhenAllHaveLeft) {
  EXPECT_TRUE(turnstile_.idle());
  Guest& first = come(1);
  Guest& second = come(2);
  Guest& third = come(3);
  EXPECT_FALSE(turnstile_.idle());
  for (Guest* guest : {&first, &second, &third}) send_away(*guest);
  EXPECT_TRUE(turnstile_.idle());
}

TEST_F(TurnstileTest, TellsWhoeverCouldNotComeInTime) {
  Guest& first = come(1);
  come(2);
  Guest& late = come(3, 1ms);
  while (!late.refused) loop_.run_one();
  EXPECT_EQ(late.refused, ErrorCode::Deadline);
  send_away(first);
  come(4);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 4)) << "the place went to nobody who had gone";
}

TEST_F(TurnstileTest, ForgetsWhoeverIsCancelledInTheQueue) {
  Guest& first = come(1);
  come(2);
  Guest& gone = come(3);
  come(4);
  cancel(gone);
  EXPECT_EQ(gone.refused, ErrorCode::Cancelled);
  send_away(first);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 4));
}

// The place is handed over in the same breath in which its new owner is cancelled.
TEST_F(TurnstileTest, PassesThePlaceOnWhereItsNewOwnerGoes) {
  Guest& first = come(1);
  come(2);
  Guest& gone = come(3);
  come(4);
  first.leave.ring();
  asio::post(loop_, [&gone] { gone.cancel.emit(asio::cancellation_type::terminal); });
  settle();
  EXPECT_EQ(entered_.back(), 4);
  EXPECT_FALSE(turnstile_.idle());
}

}  // namespace
}  // namespace signet::agent
