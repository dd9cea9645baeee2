// The lines of the audit log, byte for byte: whoever reads them later has nothing else.
#include "agent/audit/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/line.h"
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
                        R"(","summary":"commit by <me@example.org> \"Me\": \"subject\""})"));
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

TEST(AuditLine, SaysThatAnAgentBeganAndWhatWasSetAside) {
  EXPECT_EQ(encode_line(0, kNow, encode_start("")),
            R"({"schema":"signet.audit/1","sequence":0,"time":"2027-01-15T08:00:00Z","event":"start"})"
            "\n");
  EXPECT_THAT(encode_line(0, kNow, encode_start("12 bytes were set aside")),
              HasSubstr(R"("event":"start","result":{"answer":"done","note":"12 bytes were set aside"}})"));
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
  EXPECT_TRUE(audit::parse_line(text.substr(0, text.size() - 1)));
}

TEST(AuditLine, IsReadAsItWasWritten) {
  const Owner one;
  const std::vector<Item> items = {digest_item("app.tar.gz")};
  const auto approval = approve(sign_decision(one, items));
  ASSERT_TRUE(approval);
  const Error error{.code = ErrorCode::CaRefused, .what = "the CA said no"};
  std::string text = encode_line(7, kNow, encode_outcome(*approval, subject_of(items[0], 3), Outcome{.error = error}));
  text.pop_back();
  const auto line = audit::parse_line(text);
  ASSERT_TRUE(line) << line.error().sentence();
  EXPECT_EQ(line->sequence, 7);
  EXPECT_EQ(line->time, kNow);
  EXPECT_EQ(line->event, "outcome");
  EXPECT_EQ(line->request, approval->decision().request());
  EXPECT_EQ(line->operation, "sign");
  EXPECT_EQ(line->identity, "work");
  EXPECT_EQ(line->kind, "digest");
  EXPECT_EQ(line->digest, kDigest);
  EXPECT_EQ(line->error, "CaRefused");
  EXPECT_EQ(line->message, "the CA said no");
  EXPECT_TRUE(line->failed());
}

}  // namespace
}  // namespace signet::agent
