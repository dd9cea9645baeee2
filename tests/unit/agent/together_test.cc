#include "agent/loop/together.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include "agent/loop/bell.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr auto kLong = 30s;

class Together : public ::testing::Test {
 protected:
  // Waits until it is cancelled, and goes on for a while: whoever waits for it must not end before.
  Job stubborn(std::string name) {
    return [this, name = std::move(name)]() -> Awaitable<bool> {
      const auto woken = co_await never_.wait(Deadline::after(kLong));
      Bell pause(loop_.get_executor());
      co_await pause.wait_regardless(Deadline::after(1ms));
      ended_.push_back(name + (woken ? " rang" : " " + std::string(error_name(woken.error().code))));
      co_return false;
    };
  }
  Job quick(std::string name, bool worth_while) {
    return [this, name = std::move(name), worth_while]() -> Awaitable<bool> {
      ended_.push_back(name);
      co_return worth_while;
    };
  }
  Awaitable<bool> run(std::vector<Job> jobs) {
    co_await run_together(loop_.get_executor(), std::move(jobs));
    co_return true;
  }

  asio::io_context loop_{1};
  Bell never_{loop_.get_executor()};
  std::vector<std::string> ended_;
};

TEST_F(Together, EndsWithTheLastJob) {
  std::vector<Job> jobs;
  jobs.push_back(quick("one", true));
  jobs.push_back([this]() -> Awaitable<bool> {
    Bell pause(loop_.get_executor());
    co_await pause.wait_regardless(Deadline::after(1ms));
    ended_.emplace_back("two");
    co_return true;
  });
  EXPECT_TRUE(test::await_on(loop_, run(std::move(jobs))));
  EXPECT_THAT(ended_, ElementsAre("one", "two"));
}

TEST_F(Together, EndsAtOnceWithoutJobs) { EXPECT_TRUE(test::await_on(loop_, run({}))); }

TEST_F(Together, CancelsTheOthersWhenOneMakesThemFutileAndAwaitsThem) {
  std::vector<Job> jobs;
  jobs.push_back(stubborn("waits"));
  jobs.push_back(quick("fails", false));
  EXPECT_TRUE(test::await_on(loop_, run(std::move(jobs))));
  EXPECT_THAT(ended_, ElementsAre("fails", "waits Cancelled"));
}

TEST_F(Together, TakesAnExceptionForFutility) {
  std::vector<Job> jobs;
  jobs.push_back(stubborn("waits"));
  jobs.push_back([]() -> Awaitable<bool> {
    throw std::runtime_error("out of memory");
    co_return true;
  });
  EXPECT_TRUE(test::await_on(loop_, run(std::move(jobs))));
  EXPECT_THAT(ended_, ElementsAre("waits Cancelled"));
}

TEST_F(Together, CancelsItsJobsWhenItIsCancelledAndAwaitsThem) {
  std::vector<Job> jobs;
  jobs.push_back(stubborn("one"));
  jobs.push_back(stubborn("two"));
  asio::cancellation_signal cancel;
  asio::post(loop_, [&] {
    asio::post(loop_, [&] { asio::post(loop_, [&cancel] { cancel.emit(asio::cancellation_type::terminal); }); });
  });
  EXPECT_TRUE(test::await_on(loop_, run(std::move(jobs)), &cancel));
  EXPECT_THAT(ended_, UnorderedElementsAre("one Cancelled", "two Cancelled"));
}

}  // namespace
}  // namespace signet::agent
