// A token or a service that lies: the request ends in an error that says who lied, and nothing of a signature leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "common/file.h"
#include "json/reader.h"
#include "protocol/channel.h"
#include "protocol/varlink.h"
#include "tests/support/fault_module.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kDigest = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa";

struct Answer {
  std::string bytes;  ///< every byte that the agent sent
  protocol::Reply last;
};

// Speaks to the socket itself: what a client would leave out is seen here.
Answer ask_for_a_bundle(const Household& house) {
  auto channel = protocol::Channel::connect(house.socket(), Deadline::after(std::chrono::seconds(10)));
  if (!channel) return {};
  const std::string call =
      R"({"method":"org.signet.Agent.Sign","more":true,"parameters":{"output":"bundle","items":[{"digest":")" +
      std::string(kDigest) + "\"}]}}" + std::string(1, '\0');
  Answer answer;
  if (!channel->send(call, Deadline::after(std::chrono::seconds(10)))) return answer;
  for (;;) {
    const auto text = channel->receive(Deadline::after(std::chrono::minutes(1)));
    if (!text || !*text) return answer;
    answer.bytes += **text + "\n";
    auto reply = protocol::parse_reply(**text);
    if (!reply) return answer;
    answer.last = std::move(*reply);
    if (!answer.last.continues) return answer;
  }
}

// The failure that the last reply tells of: of the item, or of the whole.
std::string failure_of(const Answer& answer) {
  if (answer.last.error) return *answer.last.error + " " + answer.bytes;
  return answer.bytes;
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of('\n');
  const auto start = text.rfind('\n', end);
  return text.substr(start + 1, end - start);
}

void expect_refusal(const Household& house, const std::string& code, const std::string& why) {
  const Answer answer = ask_for_a_bundle(house);
  EXPECT_THAT(failure_of(answer), AllOf(HasSubstr(code), HasSubstr(why)));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("\"bundle\":")));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("messageSignature")));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("\"raw\":")));
  const auto log = read_file(house.audit_log(), std::size_t{1} << 20U);
  ASSERT_TRUE(log);
  EXPECT_THAT(last_line(*log), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(code)));
}

void expect_signature(const Household& house) {
  const Answer answer = ask_for_a_bundle(house);
  EXPECT_THAT(answer.bytes, HasSubstr("messageSignature")) << answer.bytes;
}

TEST(LyingToken, ASignatureByAnotherKeyStaysInside) {
  const FaultModule module("wrong_key");
  const Household house({.module = module.path().string()});
  expect_refusal(house, "NotVerified", "proof of possession");
}

struct Lie {
  const char* service;
  const char* mode;
  const char* code;
  const char* why;
};

std::ostream& operator<<(std::ostream& out, const Lie& lie) { return out << lie.service << " " << lie.mode; }

class Lies : public ::testing::TestWithParam<Lie> {
 protected:
  static void SetUpTestSuite() { house_ = new Household(); }
  static void TearDownTestSuite() {
    delete house_;
    house_ = nullptr;
  }
  static Household* house_;
};
Household* Lies::house_ = nullptr;

TEST_P(Lies, EndInAnErrorOfTheirOwn) {
  const Lie& lie = GetParam();
  // A certificate in memory would keep the CA from being asked.
  ASSERT_EQ(house_->run({"signet", "logout"}).status, 0);
  house_->sandbox().set_fault(lie.service, lie.mode);
  expect_refusal(*house_, lie.code, lie.why);
  house_->sandbox().set_fault(lie.service, "none");
  expect_signature(*house_);
}

INSTANTIATE_TEST_SUITE_P(Each, Lies,
                         ::testing::Values(Lie{"ca", "lie:other-key", "CaRefused", "its key is sha256:"},
                                           Lie{"ca", "lie:other-san", "CaRefused", "IdentityMismatch"},
                                           Lie{"ca", "lie:other-issuer", "CaRefused", "IssuerMismatch"},
                                           Lie{"ca", "lie:no-sct", "CaRefused", "SctMissing"},
                                           Lie{"ca", "lie:long-lived", "CaRefused", "more than 24 hours"},
                                           Lie{"ca", "lie:untrusted", "CaRefused", "CaUntrusted"},
                                           Lie{"ca", "lie:expired", "CaRefused", "valid from"},
                                           Lie{"ctlog", "lie:other-key", "CaRefused", "SctInvalid"},
                                           Lie{"ctlog", "lie:other-certificate", "CaRefused", "SctInvalid"},
                                           Lie{"tsa", "lie:other-nonce", "TimestampRefused", "nonce"},
                                           Lie{"tsa", "lie:other-imprint", "TimestampRefused", "something else"},
                                           Lie{"tsa", "lie:other-key", "TimestampRefused", "authority"},
                                           Lie{"tsa", "lie:future", "TimestampRefused", "clock"},
                                           Lie{"log", "lie:other-body", "LogRefused", "something else than was sent"},
                                           Lie{"log", "lie:bad-proof", "LogRefused", "InclusionProofInvalid"},
                                           Lie{"log", "lie:bad-checkpoint", "LogRefused", "CheckpointInvalid"},
                                           Lie{"log", "lie:other-key", "LogRefused", "CheckpointInvalid"}));

}  // namespace
}  // namespace signet::test
