// One conversation with a worker; a thread that says sense or nonsense stands in its place.
#include "agent/tokens/token_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "protocol/interfaces.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/client/scripted_agent.h"
#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::expect_refusal;
using test::kHangUp;
using test::kWait;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kLong = 30s;

class TokenClientTest : public ::testing::Test {
 protected:
  Result<json::Value> ask(std::vector<std::string> replies, std::chrono::milliseconds patience = kLong,
                          OnWaiting on_waiting = {}, asio::cancellation_signal* cancel = nullptr) {
    client_.reset();
    worker_.emplace([replies](const protocol::Call&) { return replies; });
    client_.emplace(loop_.get_executor(), worker_->socket(), "desk", noticed());
    return again(patience, std::move(on_waiting), cancel);
  }
  Result<json::Value> again(std::chrono::milliseconds patience = kLong, OnWaiting on_waiting = {},
                            asio::cancellation_signal* cancel = nullptr, Repeat repeat = Repeat::Never) {
    return test::await_on(loop_,
                          client_->call(
                              "Keys", [this] { return json::Value(parameters_); }, Deadline::after(patience), repeat,
                              std::move(on_waiting)),
                          cancel);
  }
  // The first `deaths` calls get `last_words`, the next ones an answer.
  Result<json::Value> ask_mortal(int deaths, const std::vector<std::string>& last_words, OnWaiting on_waiting = {}) {
    client_.reset();
    worker_.emplace([left = deaths, last_words](const protocol::Call&) mutable {
      return left-- > 0 ? last_words : std::vector<std::string>{R"({"parameters":{"done":true}})"};
    });
    client_.emplace(loop_.get_executor(), worker_->socket(), "desk", noticed());
    return again(kLong, std::move(on_waiting), nullptr, Repeat::Once);
  }
  TokenClient::Succession noticed() {
    return {.lost = [this] { ++lost_; },
            .wait = [this](Deadline) -> Awaitable<Result<void>> {
              if (no_successor_) co_return fail(*no_successor_);
              co_return Result<void>();
            }};
  }

  asio::io_context loop_{1};
  std::optional<test::ScriptedAgent> worker_;
  std::optional<TokenClient> client_;
  json::Object parameters_{{"n", 1}};
  int lost_ = 0;
  std::optional<Error> no_successor_;
};

const std::string kWaiting = R"({"parameters":{"progress":"waiting"},"continues":true})";
const std::string kDone = R"({"parameters":{"done":true}})";

TEST_F(TokenClientTest, YieldsTheParametersOfTheAnswer) {
  const auto reply = ask({kDone});
  ASSERT_TRUE(reply) << reply.error().sentence();
  EXPECT_EQ(*reply, json::Value(json::Object{{"done", true}}));
  const auto calls = worker_->calls();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].method, "org.signet.Token.Keys");
  EXPECT_EQ(calls[0].parameters, json::Value(json::Object{{"n", 1}}));
  EXPECT_FALSE(calls[0].more);
}

TEST_F(TokenClientTest, KeepsAConnectionThatHasAnswered) {
  ASSERT_TRUE(ask({kDone}));
  ASSERT_TRUE(again());
  EXPECT_EQ(worker_->calls().size(), 2U) << "it serves one connection after the other";
}

TEST_F(TokenClientTest, HearsOnceThatTheTokenWaits) {
  int waits = 0;
  const auto reply = ask({kWaiting, kWaiting, kDone}, kLong, [&waits]() -> Awaitable<void> {
    ++waits;
    co_return;
  });
  EXPECT_TRUE(reply);
  EXPECT_EQ(waits, 1);
  EXPECT_TRUE(worker_->calls().at(0).more);
}

TEST_F(TokenClientTest, HandsTheWorkersErrorOnAndMakesItSafeToShow) {
  const auto refused =
      ask({R"({"error":"org.signet.Token.PinIncorrect","parameters":{"what":"no\u001b[31m","remedy":"r\n"}})"});
  expect_refusal(refused, ErrorCode::PinIncorrect, "no\xef\xbf\xbd[31m");
  EXPECT_EQ(refused.error().remedy, "r\xef\xbf\xbd");
}

TEST_F(TokenClientTest, CallsNonsenseNonsenseAndAsksOnAnotherConnectionNextTime) {
  expect_refusal(ask({"{\"parameters\":"}), ErrorCode::WorkerFailed, "the worker of token desk answered nonsense");
  expect_refusal(again(), ErrorCode::WorkerFailed, "answered nonsense");
  EXPECT_EQ(worker_->calls().size(), 2U) << "the connection was closed, or the second call would still wait";
}

TEST_F(TokenClientTest, AsksNothingTwiceThatIsNotToBeRepeated) {
  expect_refusal(ask({kHangUp}), ErrorCode::WorkerFailed, "ended during the operation");
  EXPECT_EQ(worker_->calls().size(), 1U);
}

TEST_F(TokenClientTest, AsksTheSuccessorOfAWorkerThatDied) {
  EXPECT_TRUE(ask_mortal(1, {kHangUp}));
  EXPECT_EQ(worker_->calls().size(), 2U);
}

TEST_F(TokenClientTest, TakesAWorkerThatGivesUpForOneThatDied) {
  const std::string given_up = R"({"error":"org.signet.Token.Cancelled","parameters":{"what":"the keeper has gone"}})";
  expect_refusal(ask({given_up}), ErrorCode::WorkerFailed, "ended during the operation");
  EXPECT_TRUE(ask_mortal(1, {given_up}));
}

TEST_F(TokenClientTest, AsksOneSuccessorOnly) {
  expect_refusal(ask_mortal(2, {kHangUp}), ErrorCode::WorkerFailed, "ended during the operation");
  EXPECT_EQ(worker_->calls().size(), 2U);
}

TEST_F(TokenClientTest, AsksNobodyForASecondTouch) {
  const auto nothing = []() -> Awaitable<void> { co_return; };
  expect_refusal(ask_mortal(1, {kWaiting, kHangUp}, nothing), ErrorCode::WorkerFailed, "ended during the operation");
  EXPECT_EQ(worker_->calls().size(), 1U);
}

TEST_F(TokenClientTest, SaysWhetherATouchOrTheAnswerWasMissed) {
  expect_refusal(ask({kWait}, 20ms), ErrorCode::Deadline, "token desk did not answer in time");
  EXPECT_TRUE(worker_->saw_cancel()) << "closing the connection withdraws the request";
  const auto nothing = []() -> Awaitable<void> { co_return; };
  expect_refusal(ask({kWaiting, kWait}, 20ms, nothing), ErrorCode::TouchTimeout, "token desk was not touched in time");
  EXPECT_TRUE(worker_->saw_cancel());
}

TEST_F(TokenClientTest, TellsOfAWorkerThatIsLostAndOfNoOther) {
  parameters_ = json::Object{{"deadline_ms", 20}};
  expect_refusal(ask({kWait}, 20ms), ErrorCode::Deadline, "in time");
  EXPECT_EQ(lost_, 1);
  expect_refusal(ask({kHangUp}), ErrorCode::WorkerFailed, "ended during the operation");
  EXPECT_EQ(lost_, 2);
  EXPECT_TRUE(ask({kDone}));
  EXPECT_EQ(lost_, 2);
  parameters_ = json::Object{{"n", 1}};
  expect_refusal(ask({kWait}, 20ms), ErrorCode::Deadline, "in time");
  EXPECT_EQ(lost_, 2) << "who was given no deadline is not late";
}

TEST_F(TokenClientTest, SaysWhyThereIsNoSuccessor) {
  no_successor_ = Error{.code = ErrorCode::WorkerFailed, .what = "it is started anew in 10000 ms"};
  expect_refusal(ask_mortal(1, {kHangUp}), ErrorCode::WorkerFailed, "started anew in 10000 ms");
  EXPECT_EQ(worker_->calls().size(), 1U);
}

TEST_F(TokenClientTest, WithdrawsARequestThatIsCancelled) {
  asio::cancellation_signal cancel;
  const auto refused = ask(
      {kWaiting, kWait}, kLong,
      [this, &cancel]() -> Awaitable<void> {
        asio::post(loop_, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
        co_return;
      },
      &cancel);
  expect_refusal(refused, ErrorCode::Cancelled, "while token desk was asked");
  EXPECT_TRUE(worker_->saw_cancel());
}

TEST_F(TokenClientTest, SaysThatNobodyIsThere) {
  TokenClient lonely(loop_.get_executor(), "/nowhere/s", "desk", noticed());
  expect_refusal(test::await_on(loop_, lonely.call(
                                           "Keys", [] { return json::Value(json::Object{}); }, Deadline::after(kLong),
                                           Repeat::Never)),
                 ErrorCode::WorkerFailed, "the worker of token desk cannot be reached");
}

}  // namespace
}  // namespace signet::agent
