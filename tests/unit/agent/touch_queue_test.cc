#include "agent/tokens/touch_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;

class TouchQueueTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<Turnstile::Pass> enter(const std::string& key) {
    return test::await_on(loop_, queue_.enter(key, 1, Deadline::after(5ms), {}));
  }
  // How many may be asked with that key at a time.
  [[nodiscard]] std::size_t at_once(const std::string& key) {
    std::vector<Turnstile::Pass> inside;
    while (auto pass = enter(key)) inside.push_back(std::move(*pass));
    return inside.size();
  }
  void answer(const std::string& key, bool waited, std::chrono::seconds ago = 0s) {
    queue_.note(key, waited, std::chrono::steady_clock::now() - ago);
  }

  boost::asio::io_context loop_{1};
  TouchQueue queue_{loop_.get_executor(), 4};
};

TEST_F(TouchQueueTest, AsksAnUnknownKeyForOneSignatureAtATime) { EXPECT_EQ(at_once("01"), 1U); }

TEST_F(TouchQueueTest, AsksAQuickKeyForSeveral) {
  for (int i = 0; i < TouchQueue::kQuick; ++i) answer("01", false);
  EXPECT_EQ(at_once("01"), 4U);
  EXPECT_EQ(at_once("02"), 1U) << "another key";
}

TEST_F(TouchQueueTest, AsksAKeyThatLetSomebodyWaitForOneAtATimeUntilThatIsForgotten) {
  for (int i = 0; i < TouchQueue::kQuick; ++i) answer("01", false);
  answer("01", true);
  for (int i = 0; i < 10; ++i) answer("01", false);
  EXPECT_EQ(at_once("01"), 1U) << "it may want a touch only now and then";
  answer("01", true, TouchQueue::kForget + 1s);
  EXPECT_EQ(at_once("01"), 1U) << "it proves itself anew";
  for (int i = 0; i < TouchQueue::kQuick; ++i) answer("01", false);
  EXPECT_EQ(at_once("01"), 4U);
}

TEST_F(TouchQueueTest, LetsNothingElseGoOnWhileAKeyMayWantATouch) {
  for (int i = 0; i < TouchQueue::kQuick; ++i) answer("01", false);
  const auto slow = enter("02");
  ASSERT_TRUE(slow);
  EXPECT_EQ(at_once("01"), 0U);
}

TEST_F(TouchQueueTest, IsIdleWhereNobodySigns) {
  EXPECT_TRUE(queue_.idle());
  {
    const auto signing = enter("01");
    ASSERT_TRUE(signing);
    EXPECT_FALSE(queue_.idle());
  }
  EXPECT_TRUE(queue_.idle());
}

}  // namespace
}  // namespace signet::agent
