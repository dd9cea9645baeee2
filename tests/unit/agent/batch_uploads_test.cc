// The items of one batch at the services: several at once, replies in order, and what a failure among them does.
#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/front/batch.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using protocol::Output;
using protocol::SignReply;
using test::expect_refusal;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A batch on its way, and what its client has received.
struct Sent {
  std::vector<std::string> results;  ///< "0 done", "1 LogUnavailable" and so on
  std::optional<Result<json::Value>> last;
};

class BatchUploads : public AgentParts {
 protected:
  static std::vector<Item> items(std::size_t count) {
    std::vector<Item> all;
    for (std::size_t i = 0; i < count; ++i) {
      Bytes digest(32);
      digest.front() = static_cast<std::uint8_t>(i);
      all.push_back(digest_item());
      all.back().object = Digest::make(HashAlgorithm::Sha256, std::move(digest)).value();
    }
    return all;
  }

  static void note(Sent& sent, const json::Value& parameters) {
    auto reply = protocol::parse_sign_reply(parameters);
    ASSERT_TRUE(reply);
    if (!reply->result) return;
    const auto& failure = reply->result->failure;
    sent.results.push_back(std::to_string(reply->result->index) + " " +
                           (failure ? std::string(error_name(failure->code)) : "done"));
  }

  Awaitable<void> run(Sent& sent, std::vector<Item> all, bool continue_on_error) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const SigningOrder order{.approval = approval(all, Output::Bundle), .deadline = Deadline::after(60s)};
    Batch batch{.identity = {}, .items = std::move(all)};
    batch.streams = true;
    batch.continue_on_error = continue_on_error;
    protocol::SendMore more = [&sent](json::Value parameters) -> Awaitable<Result<void>> {
      note(sent, parameters);
      co_return Result<void>();
    };
    auto last = co_await sign_batch(*flow_, order, std::move(batch), more);
    if (last) note(sent, *last);
    sent.last = std::move(last);
  }

  void start(Sent& sent, std::size_t count, bool continue_on_error = false) {
    boost::asio::co_spawn(loop_, run(sent, items(count), continue_on_error),
                          boost::asio::bind_cancellation_slot(cancel_.slot(), boost::asio::detached));
  }
  bool ends(const Sent& sent) {
    return becomes([&sent] { return sent.last.has_value(); });
  }
  /// The gate is closed once there is a certificate: what waits there are uploads and questions for the time.
  void certify_and_hold() {
    Sent first;
    start(first, 1);
    ASSERT_TRUE(ends(first));
    transport_.hold();
  }
  /// Lines of the audit log about signatures.
  [[nodiscard]] std::vector<std::string> lines_with(std::string_view part) const {
    auto all = lines();
    std::erase_if(all, [part](const std::string& line) {
      return !line.contains(part) || !line.contains(R"("operation":"sign")");
    });
    return all;
  }

  boost::asio::cancellation_signal cancel_;
};

TEST_F(BatchUploads, AreEightItemsAtOnceAndNotMore) {
  certify_and_hold();
  Sent sent;
  start(sent, 20);
  ASSERT_TRUE(becomes([this] { return transport_.waiting() == 16; })) << "a timestamp and an entry for each of eight";
  EXPECT_THAT(lines_with(R"("event":"intent")"), SizeIs(testing::Le(9U)));
  transport_.release();
  ASSERT_TRUE(ends(sent));
  EXPECT_THAT(sent.results, SizeIs(20));
}

TEST_F(BatchUploads, AreAnsweredInTheOrderOfTheItems) {
  Sent sent;
  start(sent, 20);
  ASSERT_TRUE(ends(sent));
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(std::to_string(i) + " done");
  EXPECT_EQ(sent.results, expected);
}

TEST_F(BatchUploads, ASlowOneHoldsUpNeitherTheOthersNorTheToken) {
  certify_and_hold();
  Sent sent;
  start(sent, 12);
  ASSERT_TRUE(becomes([this] { return transport_.waiting() == 16; }));
  const auto before = sandbox_->counters().entries.load();
  sandbox_->faults().set(sandbox::Service::Log, {.mode = sandbox::FaultMode::Hang}, 1);
  transport_.release();
  ASSERT_TRUE(becomes([&] { return sandbox_->counters().entries.load() == before + 11; }))
      << "all but the one that hangs";
  EXPECT_FALSE(sent.last) << "it is waited for";
  cancel_.emit(boost::asio::cancellation_type::terminal);
  ASSERT_TRUE(ends(sent));
  expect_refusal(*sent.last, ErrorCode::Cancelled, "cancelled");
}

TEST_F(BatchUploads, StopWithTheFirstThatFailsAndSayNothingOfThoseBehindIt) {
  certify_and_hold();
  Sent sent;
  start(sent, 20);
  ASSERT_TRUE(becomes([this] { return transport_.waiting() == 16; }));
  fault(sandbox::Service::Tsa, "500");
  transport_.release();
  ASSERT_TRUE(ends(sent));
  ASSERT_TRUE(*sent.last) << sent.last->error().sentence();
  ASSERT_FALSE(sent.results.empty());
  EXPECT_THAT(sent.results.back(), HasSubstr("TimestampUnavailable"));
  sent.results.pop_back();
  EXPECT_THAT(sent.results, Each(HasSubstr("done")));
  const auto begun = lines_with(R"("event":"intent")").size();
  EXPECT_LE(begun, 10U) << "nothing new was begun";
  EXPECT_EQ(lines_with(R"("event":"outcome")").size(), begun) << "each has its outcome";
}

TEST_F(BatchUploads, GoOnBehindAFailureWhereTheyAreAskedTo) {
  certify_and_hold();
  sandbox_->faults().set(sandbox::Service::Tsa, {.mode = sandbox::FaultMode::ServerError}, 1);
  transport_.release();
  Sent sent;
  start(sent, 10, true);
  ASSERT_TRUE(ends(sent));
  ASSERT_THAT(sent.results, SizeIs(10));
  EXPECT_EQ(std::ranges::count_if(sent.results, [](const auto& one) { return one.contains("done"); }), 9);
}

TEST_F(BatchUploads, AreAllCancelledWithTheirRequest) {
  certify_and_hold();
  Sent sent;
  start(sent, 20, true);
  ASSERT_TRUE(becomes([this] { return transport_.waiting() == 16; }));
  cancel_.emit(boost::asio::cancellation_type::terminal);
  ASSERT_TRUE(ends(sent));
  expect_refusal(*sent.last, ErrorCode::Cancelled, "cancelled");
  EXPECT_THAT(sent.results, testing::IsEmpty());
  EXPECT_EQ(transport_.waiting(), 0);
  EXPECT_THAT(lines_with(R"("error":"Cancelled")"), SizeIs(8)) << "each that was at work has its line";
}

}  // namespace
}  // namespace signet::agent
