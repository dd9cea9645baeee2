// The SSH agent's socket byte by byte: what no client of OpenSSH's would send.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <list>
#include <string>

#include "agent/ssh/far_refusals.h"
#include "ssh/agent_messages.h"
#include "ssh/frames.h"
#include "ssh/session_bind.h"
#include "ssh/sshsig.h"
#include "tests/integration/flood.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using ssh::AgentMessage;
using ::testing::AllOf;
using ::testing::HasSubstr;

Bytes plain(AgentMessage type) { return ssh::encode_plain_answer(type); }

class SshWire : public ::testing::Test {
 protected:
  [[nodiscard]] std::string last_line() const { return audit_lines(ssh_.house()).back(); }

  SshHouse ssh_;
  SshClient client_{ssh_.socket()};
};

TEST_F(SshWire, ClosesWhereALengthIsNoneThatAMessageMayHave) {
  for (const Bytes& bad : {Bytes{0, 0, 0, 0}, Bytes{0, 4, 0, 1, 11}, Bytes{255, 255, 255, 255, 11}}) {
    SshClient client(ssh_.socket());
    client.send(bad);
    EXPECT_FALSE(client.hear()) << int{bad[1]};
  }
  EXPECT_TRUE(client_.ask(ssh_list_request())) << "and goes on for the others";
}

TEST_F(SshWire, AnswersTheShortestAndTheLongestMessage) {
  Bytes longest(ssh::kMaxAgentMessage, 0);
  longest[0] = 240;
  EXPECT_EQ(client_.ask(longest), plain(AgentMessage::Failure));
  EXPECT_EQ(client_.ask(Bytes{240}), plain(AgentMessage::Failure));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.ask(ssh_list_request()).value()));
}

TEST_F(SshWire, TakesAMessageInAnyPieces) {
  const Bytes frame = ssh::encode_frame(ssh_signature_request(client_));
  for (std::size_t i = 0; i < frame.size(); ++i) client_.send(ByteView(frame).subspan(i, 1));
  EXPECT_TRUE(ssh::parse_sign_response(client_.hear().value()));
}

TEST_F(SshWire, AnswersTwoRequestsOfOneWriteInTheirOrder) {
  Bytes both = ssh::encode_frame(ssh_signature_request(client_));
  append(both, ssh::encode_frame(ssh_list_request()));
  client_.send(both);
  EXPECT_TRUE(ssh::parse_sign_response(client_.hear().value()));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.hear().value()));
}

TEST_F(SshWire, SignsNothingThatIsNeitherALoginNorASignature) {
  const auto ask = [&](Bytes data) {
    return client_.ask(
        ssh::encode_agent_request(ssh::SignRequest{.key_blob = ssh_first_key(client_), .data = std::move(data)}));
  };
  EXPECT_EQ(ask(to_bytes("any bytes")), plain(AgentMessage::Failure));
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("InvalidRequest"),
                                 HasSubstr("something that is neither a login nor a signature")));
  const Digest digest = Digest::from_sha256({});
  Bytes longer = ssh::encode_sshsig_request({.name_space = "git", .message = digest});
  EXPECT_TRUE(ssh::parse_sign_response(ask(longer).value())) << "its untouched twin";
  longer.push_back(0);
  EXPECT_EQ(ask(longer), plain(AgentMessage::Failure));
}

TEST_F(SshWire, SignsWithNoKeyThatItDoesNotList) {
  Bytes blob = ssh_first_key(client_);
  blob.push_back(0);
  const Bytes request = ssh::encode_agent_request(ssh::SignRequest{.key_blob = blob, .data = to_bytes("x")});
  EXPECT_EQ(client_.ask(request), plain(AgentMessage::Failure));
  EXPECT_THAT(last_line(), AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("KeyNotFound")));
}

TEST_F(SshWire, AnswersExtensions) {
  const auto query = client_.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = "query", .contents = {}}));
  EXPECT_EQ(query, ssh::encode_query_response({ssh::kQuery, ssh::kSessionBind}));
  const auto unknown = client_.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = "x@y", .contents = {}}));
  EXPECT_EQ(unknown, plain(AgentMessage::ExtensionFailure));
  EXPECT_EQ(client_.ask(Bytes{27}), plain(AgentMessage::Failure)) << "one without a name";
}

TEST_F(SshWire, HidesTheKeysWhereASessionBindFailed) {
  const auto bad = client_.ask(ssh::encode_agent_request(
      ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")}));
  EXPECT_EQ(bad, plain(AgentMessage::ExtensionFailure));
  EXPECT_TRUE(ssh::parse_identities_answer(client_.ask(ssh_list_request()).value()).value().empty());
  SshClient another(ssh_.socket());
  EXPECT_EQ(ssh::parse_identities_answer(another.ask(ssh_list_request()).value()).value().size(), 1U);
}

// Whoever sits at another host must not fill the disk here.
TEST_F(SshWire, WritesDownSoManyRefusalsOfOtherHostsAndNoMore) {
  const Bytes request = ssh::encode_agent_request(ssh::SignRequest{.key_blob = ssh_first_key(client_), .data = {}});
  SshClient far(ssh_.socket());
  ASSERT_EQ(far.ask(ssh::encode_agent_request(
                ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")})),
            plain(AgentMessage::ExtensionFailure));
  const std::size_t before = audit_lines(ssh_.house()).size();
  const std::size_t may_come = agent::FarRefusals::kLines - 1;  // the bind was told of
  for (std::size_t i = 0; i < agent::FarRefusals::kLines + 20; ++i) {
    ASSERT_EQ(far.ask(request), plain(AgentMessage::Failure));
  }
  EXPECT_EQ(audit_lines(ssh_.house()).size(), before + may_come);
  ASSERT_EQ(client_.ask(request), plain(AgentMessage::Failure));
  EXPECT_EQ(audit_lines(ssh_.house()).size(), before + may_come + 1) << "of this host each one";
}

TEST_F(SshWire, TellsOfSoManyBindsThatProveNothingAndOfNoMore) {
  const Bytes nonsense = ssh::encode_agent_request(
      ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")});
  for (std::size_t i = 0; i < agent::FarRefusals::kLines + 20; ++i) {
    ASSERT_EQ(client_.ask(nonsense), plain(AgentMessage::ExtensionFailure));
  }
  const std::string said = ssh_.house().agent().errors();
  std::size_t told = 0;
  constexpr std::string_view kReason = "not the binding of an SSH session";
  for (auto at = said.find(kReason); at != std::string::npos; at = said.find(kReason, at + 1)) ++told;
  EXPECT_EQ(told, agent::FarRefusals::kLines);
}

TEST_F(SshWire, RefusesWhatIsOfProtocolOne) {
  for (const Bytes& type : {Bytes{1}, Bytes{3}, Bytes{7}, Bytes{9}, Bytes{24}}) {
    EXPECT_EQ(client_.ask(type), plain(AgentMessage::Failure)) << int{type[0]};
  }
}

TEST_F(SshWire, KeepsNoMemoryOfLongMessages) {
  if (::geteuid() != 0 || kSanitized) GTEST_SKIP() << "needs root to see what the agent costs";
  Bytes longest(ssh::kMaxAgentMessage, 0);
  longest[0] = 240;
  ASSERT_EQ(client_.ask(longest), plain(AgentMessage::Failure));
  const std::size_t before = cost_of(ssh_.house().agent().pid()).private_dirty_kb;
  std::list<SshClient> clients;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(clients.emplace_back(ssh_.socket()).ask(longest), plain(AgentMessage::Failure));
  }
  const std::size_t after = cost_of(ssh_.house().agent().pid()).private_dirty_kb;
  EXPECT_LT(after, before + 100U * 40U) << "the messages have 25600 kB";
}

TEST_F(SshWire, ServesFiveHundredAtOnce) {
  raise_descriptor_limit();
  std::list<SshClient> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(ssh_.socket());
  const Bytes frame = ssh::encode_frame(ssh_list_request());
  for (const SshClient& client : clients) client.send(frame);
  std::size_t answered = 0;
  for (SshClient& client : clients) answered += client.hear() ? 1 : 0;
  EXPECT_EQ(answered, 500U);
}

}  // namespace
}  // namespace signet::test
