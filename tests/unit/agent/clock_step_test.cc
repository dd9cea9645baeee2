// The machine's clock is set while a request is under way: an error that names the clock, and the next request is good.
#include <chrono>

#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using protocol::ItemResult;
using protocol::Output;
using std::chrono::steady_clock;
using test::expect_refusal;
using ::testing::HasSubstr;

/// The sandbox lives by the same clock, so the step is seen by everybody.
class ClockStep : public AgentParts {
 protected:
  Result<ItemResult> sign(std::chrono::seconds time = 60s) {
    const std::vector<Item> items = {digest_item()};
    const SigningOrder order{.approval = approval(items, Output::Bundle), .deadline = Deadline::after(time)};
    return await(flow_->sign(order, digest_item(), 0, Report()));
  }
  /// Sets the clock when the first request to that service goes.
  void step_when_asked(const std::string& url, std::chrono::seconds step) {
    transport_.on_request([this, url, step, done = false](const std::string& asked) mutable {
      if (done || !asked.starts_with(url)) return;
      done = true;
      clock_.move(step);
    });
  }
  [[nodiscard]] sandbox::Endpoints urls() { return sandbox_->facts().endpoints(); }

  void expect_named_and_over(std::chrono::seconds step) {
    step_when_asked(urls().tsa, step);
    const auto refused = sign();
    expect_refusal(refused, ErrorCode::TimestampRefused, "more than 5 minutes from this machine's clock");
    EXPECT_THAT(refused.error().remedy, HasSubstr("check this machine's clock"));
    const auto next = sign();
    EXPECT_TRUE(next) << next.error().sentence();
    EXPECT_EQ(certificates_issued(), 2) << "by the new time the first one has ended or has not begun";
  }
};

TEST_F(ClockStep, ForwardIsNamedAndOverWithTheNextRequest) { expect_named_and_over(1h); }

TEST_F(ClockStep, BackwardIsNamedAndOverWithTheNextRequest) {
  clock_.move(2h);  // so that the step ends after the sandbox was made
  expect_named_and_over(-1h);
}

TEST_F(ClockStep, OfAMinuteDoesNoHarm) {
  step_when_asked(urls().tsa, 1min);
  const auto result = sign();
  EXPECT_TRUE(result) << result.error().sentence();
}

TEST_F(ClockStep, BeforeTheCaAnswersDoesNoHarm) {
  step_when_asked(urls().ca, 1h);
  const auto result = sign();
  EXPECT_TRUE(result) << result.error().sentence();
}

TEST_F(ClockStep, NeitherLengthensNorShortensAWait) {
  for (const auto step : {std::chrono::seconds(24h), std::chrono::seconds(-24h)}) {
    certificates_->forget_all();
    fault(sandbox::Service::Ca, "hang");
    step_when_asked(urls().ca, step);
    const auto begin = steady_clock::now();
    expect_refusal(sign(3s), ErrorCode::Deadline, "the deadline passed");
    EXPECT_GE(steady_clock::now() - begin, 3s);
    EXPECT_LT(steady_clock::now() - begin, 13s);
    fault(sandbox::Service::Ca, "none");
    clock_.move(-step);
  }
}

}  // namespace
}  // namespace signet::agent
