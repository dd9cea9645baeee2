// A token or a service that lies: the request ends in an error that says who lied, and nothing of a signature leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base64.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The failure that the last reply tells of: of the item, or of the whole.
std::string failure_of(const Answer& answer) {
  if (answer.last.error) return *answer.last.error + " " + answer.bytes;
  return answer.bytes;
}

// The member "request" of a line, name and value.
std::string request_of(const std::string& line) { return line.substr(line.find("\"request\":"), 28); }

void expect_refusal(const Household& house, const std::string& code, const std::string& why,
                    std::string_view output = "bundle") {
  const Answer answer = ask(house, "Sign", sign_digest(output));
  EXPECT_THAT(failure_of(answer), AllOf(HasSubstr(code), HasSubstr(why)));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("\"bundle\":")));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("messageSignature")));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("\"raw\":")));
  const auto lines = audit_lines(house);
  EXPECT_THAT(lines.back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(code)));
  const std::string request = request_of(lines.back());
  EXPECT_TRUE(std::ranges::any_of(lines, [&](const std::string& line) {
    return line.contains(R"("event":"intent")") && line.contains(request);
  })) << "the intent was written before";
}

void expect_signature(const Household& house) {
  const Answer answer = ask(house, "Sign", sign_digest("bundle"));
  EXPECT_THAT(answer.bytes, HasSubstr("messageSignature")) << answer.bytes;
}

// What signet-git asks for: a commit, answered as CMS.
std::string sign_commit() {
  const std::string person = "The Maintainer <" + std::string(Household::kSan) + "> 1790000000 +0000";
  const std::string commit =
      "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor " + person + "\ncommitter " + person + "\n\nSay nothing\n";
  return R"({"output":"cms","items":[{"git":")" + encode_base64(bytes_of(commit)) + "\"}]}";
}

void expect_no_cms(const Household& house, const std::string& code, const std::string& why) {
  const Answer answer = ask(house, "Sign", sign_commit());
  EXPECT_THAT(failure_of(answer), AllOf(HasSubstr(code), HasSubstr(why)));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("SIGNED MESSAGE")));
  EXPECT_THAT(audit_lines(house).back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(code)));
}

void expect_cms(const Household& house) {
  EXPECT_THAT(ask(house, "Sign", sign_commit()).bytes, HasSubstr("SIGNED MESSAGE"));
}

TEST(LyingToken, ASignatureByAnotherKeyStaysInside) {
  const FaultModule module("wrong_key");
  const Household house({.module = module.path().string()});
  expect_refusal(house, "NotVerified", "proof of possession");
}

TEST(LyingToken, ABareSignatureByAnotherKeyStaysInside) {
  const FaultModule module("wrong_key");
  const Household house({.module = module.path().string(), .use = R"(["raw"])"});
  expect_refusal(house, "NotVerified", "checking the token's signature", "raw");
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

TEST_P(Lies, LeaveNoCmsForGit) {
  const Lie& lie = GetParam();
  ASSERT_EQ(house_->run({"signet", "logout"}).status, 0);
  house_->sandbox().set_fault(lie.service, lie.mode);
  expect_no_cms(*house_, lie.code, lie.why);
  house_->sandbox().set_fault(lie.service, "none");
  expect_cms(*house_);
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
                                           Lie{"log", "lie:unsigned", "LogRefused", "CheckpointInvalid"},
                                           Lie{"log", "lie:other-key", "LogRefused", "CheckpointInvalid"}));

}  // namespace
}  // namespace signet::test
