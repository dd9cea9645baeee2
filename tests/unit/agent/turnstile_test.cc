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
    Turnstile::Guest wants;
    std::vector<std::size_t> told;  // his places in the queue
  };

  ~TurnstileTest() override {
    while (!turnstile_.idle()) {
      for (Guest& guest : guests_) send_away(guest);
    }
  }

  Guest& come(int name, std::chrono::milliseconds patience = kLong, pid_t client = 0, std::size_t places = 1) {
    Guest& guest = guests_.emplace_back(loop_);
    guest.wants = {.client = client, .places = places, .on_place = [&guest](std::size_t place) -> Awaitable<void> {
                     guest.told.push_back(place);
                     co_return;
                   }};
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
    auto pass = co_await turnstile_.enter(deadline, guest.wants);
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

TEST_F(TurnstileTest, LetsTheClientsTakeTurns) {
  Guest& first = come(1, kLong, 10);
  Guest& second = come(2, kLong, 10);
  for (int i = 3; i < 7; ++i) come(i, kLong, 10);
  come(100, kLong, 20);
  come(101, kLong, 20);
  come(200, kLong, 30);
  send_away(first);
  send_away(second);
  for (Guest& guest : guests_) send_away(guest);
  for (Guest& guest : guests_) send_away(guest);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 3, 100, 200, 4, 101, 5, 6));
}

TEST_F(TurnstileTest, TellsWhoeverWaitsHisPlaceAndWhenItChanges) {
  Guest& first = come(1, kLong, 10);
  come(2, kLong, 10);
  come(3, kLong, 10);
  Guest& fourth = come(4, kLong, 10);
  Guest& other = come(5, kLong, 20);
  while (other.told.empty() || fourth.told.empty()) loop_.run_one();
  EXPECT_THAT(fourth.told, ElementsAre(3U)) << "the other client's turn comes before his second";
  EXPECT_THAT(other.told, ElementsAre(2U));
  send_away(first);
  while (other.told.size() < 2) loop_.run_one();
  EXPECT_EQ(other.told.back(), 1U) << "3 went in, and the turn is his";
}

TEST_F(TurnstileTest, KeepsWhoeverWantsAllFromBeingOvertaken) {
  Guest& first = come(1);
  Guest& all = come(2, kLong, 0, 2);
  come(3);
  EXPECT_THAT(entered_, ElementsAre(1)) << "there is a place, and somebody was here before";
  send_away(first);
  EXPECT_THAT(entered_, ElementsAre(1, 2));
  send_away(all);
  EXPECT_THAT(entered_, ElementsAre(1, 2, 3));
}

TEST_F(TurnstileTest, LetsTheNextInWhenWhoeverWantsAllGoes) {
  Guest& first = come(1);
  Guest& all = come(2, kLong, 0, 2);
  come(3);
  cancel(all);
  EXPECT_THAT(entered_, ElementsAre(1, 3));
  send_away(first);
}

TEST_F(TurnstileTest, TakesPlacesBackThatAreNotNeeded) {
  auto pass = test::await_on(loop_, turnstile_.enter(Deadline::after(kLong), {.places = 2}));
  ASSERT_TRUE(pass);
  come(1);
  EXPECT_THAT(entered_, testing::IsEmpty());
  pass->keep(1);
  settle();
  EXPECT_THAT(entered_, ElementsAre(1));
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
