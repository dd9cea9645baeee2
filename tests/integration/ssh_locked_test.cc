// Who may lock the SSH agent's socket, and what the lock does to requests that came before it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "common/file.h"
#include "ssh/agent_messages.h"
#include "ssh/session_bind.h"
#include "ssh/signature.h"
#include "ssh/wire.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {
namespace {

using ssh::AgentMessage;
using ::testing::AllOf;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

Bytes plain(AgentMessage type) { return ssh::encode_plain_answer(type); }

Bytes with_password(AgentMessage type, std::string_view password) {
  return ssh::Writer().byte(static_cast<std::uint8_t>(type)).string(password).take();
}

std::size_t keys_shown(SshClient& client) {
  return ssh::parse_identities_answer(client.ask(ssh_list_request()).value()).value().size();
}

// A pinentry that waits until the test lets it answer.
std::string slow_pinentry(const TemporaryFolder& folder) {
  const std::string asked = (folder / "asked").string();
  const std::string go = (folder / "go").string();
  return folder
      .write("pinentry",
             "#!/bin/sh\necho 'OK hello'\nwhile read -r line; do\ncase $line in\nGETPIN) : >'" + asked +
                 "'; until [ -e '" + go + "' ]; do sleep 0.02; done; printf 'D 1234\\nOK\\n';;\n" +
                 "BYE) echo OK; exit;;\n*) echo OK;;\nesac\ndone\n",
             0700)
      .string();
}

class SshPendingSignature : public ::testing::Test {
 protected:
  // Begins a signature that waits for its PIN.
  void begin() {
    signer_.send(ssh::encode_frame(ssh_signature_request(signer_)));
    for (const Deadline deadline = soon(); !std::filesystem::exists(folder_ / "asked"); ::usleep(10'000)) {
      ASSERT_FALSE(deadline.passed()) << ssh_.house().agent().errors();
    }
  }
  void enter_pin() const { (void)folder_.write("go", ""); }

  TemporaryFolder folder_;
  SshHouse ssh_{{.extra_configuration = "[agent]\npinentry = \"" + slow_pinentry(folder_) + "\"\n",
                 .pin_source = "pin = { prompt = \"pinentry\" }"}};
  SshClient signer_{ssh_.socket()};
};

TEST_F(SshPendingSignature, ComesWithItsPin) {
  begin();
  enter_pin();
  EXPECT_TRUE(ssh::parse_sign_response(signer_.hear().value())) << ssh_.house().agent().errors();
}

TEST_F(SshPendingSignature, IsNotMadeWhereTheSocketWasLockedMeanwhile) {
  begin();
  SshClient owner(ssh_.socket());
  ASSERT_EQ(owner.ask(with_password(AgentMessage::Lock, "sesame")), plain(AgentMessage::Success));
  enter_pin();
  EXPECT_EQ(signer_.hear(), plain(AgentMessage::Failure));
  EXPECT_THAT(audit_lines(ssh_.house()).back(),
              AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"Locked")"),
                    HasSubstr("the ssh socket was locked meanwhile")));
  EXPECT_THAT(ssh_.house().agent().errors(), HasSubstr("unlock it: ssh-add -X"));
}

TEST_F(SshPendingSignature, IsNotMadeWhereTheSocketIsOpenAgainEither) {
  begin();
  SshClient owner(ssh_.socket());
  ASSERT_EQ(owner.ask(with_password(AgentMessage::Lock, "sesame")), plain(AgentMessage::Success));
  ASSERT_EQ(owner.ask(with_password(AgentMessage::Unlock, "sesame")), plain(AgentMessage::Success));
  enter_pin();
  EXPECT_EQ(signer_.hear(), plain(AgentMessage::Failure));
  EXPECT_THAT(audit_lines(ssh_.house()).back(),
              AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"Locked")")));
  EXPECT_TRUE(ssh::parse_sign_response(owner.ask(ssh_signature_request(owner)).value())) << "asked anew";
}

// A pinentry that leaves a line for each PIN that it is asked for.
std::string counting_pinentry(const TemporaryFolder& folder) {
  return folder
      .write("pinentry",
             "#!/bin/sh\necho 'OK hello'\nwhile read -r line; do\ncase $line in\nGETPIN) echo asked >>'" +
                 (folder / "asked").string() +
                 "'; printf 'D 1234\\nOK\\n';;\nBYE) echo OK; exit;;\n*) echo OK;;\nesac\ndone\n",
             0700)
      .string();
}

class SshLockWithAPersonsPin : public ::testing::Test {
 protected:
  void sign() {
    const auto answer = client_.ask(ssh_signature_request(client_));
    ASSERT_TRUE(answer && ssh::parse_sign_response(*answer)) << ssh_.house().agent().errors();
  }
  [[nodiscard]] std::string asked() const { return read_file(folder_ / "asked", 1000).value_or(""); }

  TemporaryFolder folder_;
  SshHouse ssh_{{.extra_configuration = "[agent]\npinentry = \"" + counting_pinentry(folder_) + "\"\n",
                 .pin_source = "pin = { prompt = \"pinentry\" }"}};
  SshClient client_{ssh_.socket()};
};

TEST_F(SshLockWithAPersonsPin, ThatIsForgotten) {
  sign();
  sign();
  EXPECT_EQ(asked(), "asked\n");
  ASSERT_EQ(client_.ask(with_password(AgentMessage::Lock, "sesame")), plain(AgentMessage::Success));
  ASSERT_EQ(client_.ask(with_password(AgentMessage::Unlock, "sesame")), plain(AgentMessage::Success));
  sign();
  EXPECT_EQ(asked(), "asked\nasked\n");
  EXPECT_THAT(audit_lines(ssh_.house()),
              ::testing::Contains(AllOf(HasSubstr(R"("operation":"lock")"), HasSubstr("PINs that persons entered"))));
}

// ssh says which session a connection is for whether or not the socket is locked, and says it once.
TEST(SshLock, TakesSessionBinds) {
  const SshHouse ssh;
  SshClient owner(ssh.socket());
  SshClient client(ssh.socket());
  ASSERT_EQ(owner.ask(with_password(AgentMessage::Lock, "sesame")), plain(AgentMessage::Success));
  const SoftwareKey host = SoftwareKey::generate(sigstore::KeyKind::Ed25519);
  const Bytes session_id(32, 9);
  const auto algorithm = ssh::signature_algorithm_for(sigstore::KeyKind::Ed25519, 0).value();
  const ssh::SessionBind bind{.host_key = host.public_key(),
                              .session_id = session_id,
                              .signature = ssh::encode_signature(algorithm, host.sign(session_id)).value(),
                              .is_forwarding = true};
  EXPECT_EQ(client.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind),
                                                                       .contents = ssh::encode_session_bind(bind)})),
            plain(AgentMessage::Success));
  EXPECT_EQ(client.ask(ssh::encode_agent_request(ssh::ExtensionRequest{.name = "query", .contents = {}})),
            plain(AgentMessage::Failure))
      << "and nothing else";
  ASSERT_EQ(owner.ask(with_password(AgentMessage::Unlock, "sesame")), plain(AgentMessage::Success));
  EXPECT_EQ(keys_shown(owner), 1U);
  EXPECT_EQ(keys_shown(client), 0U) << "it was heard: that connection is another host's";
}

class SshLockFromAfar : public ::testing::Test {
 protected:
  // Of which nobody knows where it comes from: a session was named, and no host signed its id.
  void go_far_away(SshClient& client) const {
    const Bytes bind = ssh::encode_agent_request(
        ssh::ExtensionRequest{.name = std::string(ssh::kSessionBind), .contents = to_bytes("nonsense")});
    ASSERT_EQ(client.ask(bind), plain(AgentMessage::ExtensionFailure));
  }
  SshHouse ssh_;
  SshClient near_{ssh_.socket()};
  SshClient far_{ssh_.socket()};
};

TEST_F(SshLockFromAfar, IsRefused) {
  go_far_away(far_);
  EXPECT_EQ(far_.ask(with_password(AgentMessage::Lock, "theirs")), plain(AgentMessage::Failure));
  EXPECT_THAT(audit_lines(ssh_.house()).back(),
              AllOf(HasSubstr(R"("event":"denied")"), HasSubstr(R"("operation":"ssh_lock")"),
                    HasSubstr("the ssh socket is locked and unlocked by this machine alone")));
  EXPECT_THAT(ssh_.house().agent().errors(), HasSubstr("run ssh-add on the machine that the agent runs on"));
  EXPECT_EQ(keys_shown(near_), 1U);
  EXPECT_EQ(near_.ask(with_password(AgentMessage::Lock, "ours")), plain(AgentMessage::Success)) << "its untouched twin";
  EXPECT_EQ(keys_shown(near_), 0U);
}

TEST_F(SshLockFromAfar, IsNotOpenedEither) {
  ASSERT_EQ(near_.ask(with_password(AgentMessage::Lock, "ours")), plain(AgentMessage::Success));
  go_far_away(far_);
  EXPECT_EQ(far_.ask(with_password(AgentMessage::Unlock, "ours")), plain(AgentMessage::Failure));
  EXPECT_THAT(audit_lines(ssh_.house()).back(), HasSubstr("the ssh socket is locked and unlocked by this machine"));
  EXPECT_EQ(near_.ask(with_password(AgentMessage::Unlock, "ours")), plain(AgentMessage::Success));
}

}  // namespace
}  // namespace signet::test
