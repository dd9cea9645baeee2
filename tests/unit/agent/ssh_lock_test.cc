#include "agent/ssh/ssh_lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/loop/together.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

using test::expect_refusal;

Secret secret(std::string_view text) { return Secret(std::string(text)); }

class SshLockTest : public ::testing::Test {
 protected:
  Result<void> unlock(std::string_view password) {
    const Secret given = secret(password);
    return test::await_on(loop_, lock_.unlock(given));
  }
  boost::asio::io_context loop_{1};
  SshLock lock_{loop_.get_executor()};
};

TEST_F(SshLockTest, OpensWithThePasswordThatShutIt) {
  EXPECT_FALSE(lock_.locked());
  ASSERT_TRUE(lock_.lock(secret("open sesame")));
  EXPECT_TRUE(lock_.locked());
  expect_refusal(unlock("open barley"), ErrorCode::NotAuthorized, "a wrong password");
  EXPECT_TRUE(lock_.locked());
  EXPECT_TRUE(unlock("open sesame"));
  EXPECT_FALSE(lock_.locked());
}

TEST_F(SshLockTest, EndsWhatBeganBeforeItAlsoWhereItIsOpenAgain) {
  const std::size_t before = lock_.times();
  EXPECT_TRUE(lock_.check_open_since(before));
  ASSERT_TRUE(lock_.lock(secret("one")));
  expect_refusal(lock_.check_open_since(before), ErrorCode::Locked, "was locked meanwhile");
  EXPECT_EQ(lock_.check_open_since(before).error().remedy, "unlock it: ssh-add -X");
  ASSERT_TRUE(unlock("one"));
  expect_refusal(lock_.check_open_since(before), ErrorCode::Locked, "was locked meanwhile");
  EXPECT_EQ(lock_.check_open_since(before).error().remedy, "it is open again: ask anew");
  EXPECT_TRUE(lock_.check_open_since(lock_.times())) << "what began since";
}

TEST_F(SshLockTest, IsShutOnceAndNotByNothing) {
  expect_refusal(lock_.lock(Secret()), ErrorCode::InvalidRequest, "an empty password locks nothing");
  ASSERT_TRUE(lock_.lock(secret("one")));
  expect_refusal(lock_.lock(secret("two")), ErrorCode::Locked, "locked already");
  EXPECT_TRUE(unlock("one")) << "the first password counts";
}

TEST_F(SshLockTest, ThatIsOpenCannotBeOpened) {
  expect_refusal(unlock("one"), ErrorCode::InvalidRequest, "is not locked");
}

// Asking over several connections at once gains nothing.
TEST_F(SshLockTest, AnswersWrongPasswordsOneAfterTheOtherAndEachLater) {
  ASSERT_TRUE(lock_.lock(secret("one")));
  const Secret wrong = secret("two");
  std::vector<Job> jobs;
  int refused = 0;
  for (int i = 0; i < 3; ++i) {
    jobs.emplace_back([&]() -> Awaitable<bool> {
      auto answer = co_await lock_.unlock(wrong);
      refused += answer ? 0 : 1;
      co_return true;
    });
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto all = [&]() -> Awaitable<int> {
    co_await run_together(loop_.get_executor(), std::move(jobs));
    co_return refused;
  };
  EXPECT_EQ(test::await_on(loop_, all()), 3);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100 + 200 + 300));
}

// Who guesses over a connection of its own each time, and leaves before the answer, has the next one wait.
TEST_F(SshLockTest, KeepsTheWaitOfOneWhoLeft) {
  ASSERT_TRUE(lock_.lock(secret("one")));
  const Secret wrong = secret("two");
  const auto begin = std::chrono::steady_clock::now();
  boost::asio::cancellation_signal leave;
  // The password is looked at first: that does not let go of the loop.
  boost::asio::steady_timer soon(loop_, std::chrono::milliseconds(1));
  soon.async_wait([&leave](const boost::system::error_code&) { leave.emit(boost::asio::cancellation_type::terminal); });
  const auto left = test::await_on(loop_, lock_.unlock(wrong), &leave);
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(unlock("one"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
}

}  // namespace
}  // namespace signet::agent
