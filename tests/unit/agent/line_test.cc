// The lines of the audit log, byte for byte: whoever reads them later has nothing else.
#include "agent/audit/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const WallTime kNow = wall_time_from_unix(1'800'000'000);
const std::string kRequest = "REQUEST";

// The request's name is random.
std::string text_of_line(json::Object members, const Decision& decision) {
  std::string text = encode_line(7, kNow, std::move(members));
  const auto at = text.find(decision.request());
  if (at != std::string::npos) text.replace(at, decision.request().size(), kRequest);
  return text;
}

Decision sign_decision(const Owner& one, const std::vector<Item>& items) {
  SigningWish wish{.identity = "work", .items = items};
  return one.policy.decide_sign(owner(), wish);
}

TEST(AuditLine, SaysWhatIsAboutToBeDone) {
  const Owner one;
  const std::vector<Item> items = {digest_item("app.tar.gz")};
  const auto approval = approve(sign_decision(one, items));
  ASSERT_TRUE(approval);
  EXPECT_EQ(
      text_of_line(encode_intent(*approval, subject_of(items[0], 3)), approval->decision()),
      R"({"schema":"signet.audit/1","sequence":7,"time":"2027-01-15T08:00:00Z","event":"intent",)"
      R"("request":"REQUEST","operation":"sign",)"
      R"("peer":{"uid":1000,"pid":4711,"exe":"/usr/bin/signet","unit":"app.scope"},"item":3,)"
      R"("what":{"kind":"digest","digest":"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa",)"
      R"("claims":{"name":"app.tar.gz"}},"identity":"work",)"
      R"("key":"sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa",)"
      R"("decision":{"answer":"allowed","why":"the owner asks and names the identity; use blob","by":"configuration"}})"
      "\n");
}

TEST(AuditLine, SaysWhatTheAgentReadOfAGitObject) {
  const Owner one;
  const std::vector<Item> items = {commit_item()};
  const auto approval = approve(sign_decision(one, items));
  ASSERT_TRUE(approval);
  EXPECT_THAT(text_of_line(encode_intent(*approval, subject_of(items[0], 0)), approval->decision()),
              HasSubstr(R"("what":{"kind":"git","digest":")" + encode_digest(items[0].digest) +
                        R"(","summary":"commit \"subject\" by Me <me@example.org>"})"));
}

TEST(AuditLine, SaysWhatCameOfIt) {
  const Owner one;
  const Approval approval = one.approval();
  const Subject subject{.operation = Operation::Login};
  EXPECT_THAT(
      text_of_line(encode_outcome(approval, subject, Outcome{.note = "valid until then"}), approval.decision()),
      AllOf(HasSubstr(R"("event":"outcome","request":"REQUEST","operation":"login")"),
            HasSubstr(R"("identity":"work")"), HasSubstr(R"("result":{"answer":"done","note":"valid until then"}})")));
  EXPECT_THAT(
      text_of_line(encode_outcome(approval, subject, Outcome{.log = "log.test", .log_index = 12}), approval.decision()),
      HasSubstr(R"("result":{"answer":"done","log":"log.test","log_index":12}})"));
  const Error error{.code = ErrorCode::CaRefused, .what = "the CA said \x1b[31mno"};
  EXPECT_THAT(text_of_line(encode_outcome(approval, subject, Outcome{.error = error}), approval.decision()),
              HasSubstr("\"result\":{\"answer\":\"failed\",\"error\":\"CaRefused\",\"message\":\"the CA said "
                        "\xef\xbf\xbd[31mno\"}}"));
}

TEST(AuditLine, SaysWhatWasRefusedAndWhy) {
  const Owner one;
  protocol::Peer stranger = owner();
  stranger.uid = 1001;
  const Decision decision = one.policy.decide(stranger, Operation::Keys);
  EXPECT_THAT(
      text_of_line(encode_denial(decision), decision),
      AllOf(HasSubstr(R"("event":"denied","request":"REQUEST","operation":"keys","peer":{"uid":1001,)"),
            HasSubstr(R"("decision":{"answer":"denied","why":"only the owner may ask","by":"policy"})"),
            HasSubstr(R"("result":{"answer":"failed","error":"NotAuthorized","message":"user id 1001 may not)")));
}

TEST(AuditLine, SaysThatAnAgentBeganAndWhatWasTorn) {
  EXPECT_EQ(encode_line(0, kNow, encode_start(0)),
            R"({"schema":"signet.audit/1","sequence":0,"time":"2027-01-15T08:00:00Z","event":"start"})"
            "\n");
  EXPECT_THAT(encode_line(0, kNow, encode_start(12)), HasSubstr("a torn last line of 12 bytes was set aside"));
}

TEST(AuditLine, LeavesOutWhatIsNotKnownOfThePeer) {
  const Owner one;
  const Decision decision = one.policy.decide({.uid = 5, .gid = 5, .pid = 6}, Operation::Keys);
  EXPECT_THAT(text_of_line(encode_denial(decision), decision), HasSubstr(R"("peer":{"uid":5,"pid":6},)"));
}

TEST(AuditLine, IsOneLineWhateverThePeerIsCalled) {
  const Owner one;
  protocol::Peer peer = owner();
  peer.uid = 1;
  peer.exe = "/tmp/a\n{\"schema\":\"forged\"}\xff\xe2\x80\xae";
  const Decision decision = one.policy.decide(peer, Operation::Keys);
  const std::string text = text_of_line(encode_denial(decision), decision);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_TRUE(parse_sequence(text.substr(0, text.size() - 1)));
}

TEST(AuditLine, GivesItsSequenceNumberBack) {
  EXPECT_EQ(parse_sequence(R"({"schema":"signet.audit/1","sequence":41,"event":"start","later":true})").value(), 41);
  for (const char* line :
       {"", "{}", "x", R"({"schema":"signet.audit/2","sequence":41})", R"({"schema":"signet.audit/1","sequence":-1})",
        R"({"schema":"signet.audit/1"})", R"({"schema":"signet.audit/1","sequence":"41"})"}) {
    test::expect_refusal(parse_sequence(line), ErrorCode::InvalidRequest, "");
  }
}

}  // namespace
}  // namespace signet::agent
