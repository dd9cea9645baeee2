#include "agent/tokens/missed_touches.h"

#include "tests/support/expect_refusal.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using test::expect_refusal;

class MissedTouchesTest : public ::testing::Test {
 protected:
  static protocol::Peer peer(uid_t uid, const char* exe, const char* unit, pid_t pid = 1) {
    return {.uid = uid, .gid = 1, .pid = pid, .exe = exe, .unit = unit};
  }
  void miss(std::chrono::seconds at, pid_t pid = 1) {
    missed_.note(peer(1000, "/bin/a", "app.scope", pid), start_ + at);
  }
  [[nodiscard]] Result<void> check(std::chrono::seconds at) const {
    return missed_.check(peer(1000, "/bin/a", "app.scope", 99), start_ + at);
  }

  MissedTouches missed_;
  MissedTouches::TimePoint start_ = std::chrono::steady_clock::now();
};

TEST_F(MissedTouchesTest, PauseAProgramAfterThreeWithinAMinuteWhateverItsProcess) {
  miss(0s, 1);
  miss(20s, 2);
  EXPECT_TRUE(check(21s));
  miss(40s, 3);
  expect_refusal(check(41s), ErrorCode::RateLimited, "in vain 3 times within 60 s");
  EXPECT_EQ(check(41s).error().remedy, "ask again in 29 s, and touch the token when told to");
  EXPECT_FALSE(check(69s));
  EXPECT_TRUE(check(70s));
}

TEST_F(MissedTouchesTest, PauseNobodyElse) {
  for (const auto at : {0s, 1s, 2s}) miss(at);
  EXPECT_FALSE(check(3s));
  EXPECT_TRUE(missed_.check(peer(1001, "/bin/a", "app.scope"), start_ + 3s));
  EXPECT_TRUE(missed_.check(peer(1000, "/bin/b", "app.scope"), start_ + 3s));
  EXPECT_TRUE(missed_.check(peer(1000, "/bin/a", "other.scope"), start_ + 3s));
}

TEST_F(MissedTouchesTest, AreForgottenAfterAMinuteOrATouch) {
  miss(0s);
  miss(1s);
  miss(62s);
  EXPECT_TRUE(check(63s)) << "the first two are too long ago";
  miss(64s);
  missed_.forgive(peer(1000, "/bin/a", "app.scope"));
  miss(65s);
  EXPECT_TRUE(check(66s));
}

TEST_F(MissedTouchesTest, CountAnewAfterAPause) {
  for (const auto at : {0s, 1s, 2s}) miss(at);
  miss(40s);
  EXPECT_TRUE(check(41s));
}

}  // namespace
}  // namespace signet::agent
