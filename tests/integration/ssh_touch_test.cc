// The SSH agent's socket while a token waits for a touch, which only a test gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "ssh/agent_messages.h"
#include "ssh/frames.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"
#include "tests/support/softhsm.h"
#include "tests/support/touch_module.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

// How long something takes, printed: a deadline of a test is far more than it should take.
template <typename Work>
milliseconds time_of(const char* what, const Work& work) {
  const auto begin = steady_clock::now();
  work();
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
  std::printf("%s: %lld ms\n", what, static_cast<long long>(took.count()));
  return took;
}

class SshTouch : public ::testing::Test {
 protected:
  explicit SshTouch(std::string more_configuration = {})
      : ssh_({.module = module_.path().string(),
              .module_environment = module_.environment(),
              .extra_configuration = std::move(more_configuration)}) {
    module_.allow_everything(false);
  }

  // Asks for a signature, and returns when the token waits for its touch.
  void begin(SshClient& signer) const {
    signer.send(ssh::encode_frame(ssh_signature_request(signer)));
    for (const Deadline deadline = soon(); !status().contains("waits for"); ::usleep(10'000)) {
      ASSERT_FALSE(deadline.passed());
    }
  }
  [[nodiscard]] std::string status() const { return ssh_.house().run({"signet", "status"}).output; }

  TouchModule module_;
  SshHouse ssh_;
};

TEST_F(SshTouch, HoldsUpNobodyWhoListsTheKeys) {
  SshClient signer(ssh_.socket());
  begin(signer);
  EXPECT_THAT(status(), HasSubstr("for an ssh signature of namespace \"git\", sha256:00"));
  auto environment = ssh_.house().environment();
  environment["SSH_AUTH_SOCK"] = ssh_.socket().string();
  ProcessEnd listed;
  (void)time_of("ssh-add -L while a touch is awaited", [&] {
    listed = run({.arguments = {"ssh-add", "-L"}, .environment = environment}, Deadline::after(1s));
  });
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, HasSubstr("token desk"));
  module_.touch();
  EXPECT_TRUE(ssh::parse_sign_response(signer.hear().value()));
}

TEST_F(SshTouch, IsWithdrawnWhereTheClientGoesAway) {
  SshClient signer(ssh_.socket());
  begin(signer);
  signer.close();
  std::string last;
  for (const Deadline deadline = soon(); !last.contains("Cancelled") && !deadline.passed(); ::usleep(10'000)) {
    last = audit_lines(ssh_.house()).back();
  }
  EXPECT_THAT(last, AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("error":"Cancelled")")));
}

// Another token of that name, or none of its keys: what matters is what it holds when somebody asks.
TEST(SshKeyThatComesLater, IsListedWithoutAnotherStart) {
  const FaultModule module("faulty");
  const auto fault = module.write("fault", "");
  SshHouse ssh({.module = module.path().string(), .module_environment = {{"SIGNET_FAULT", fault.string()}}});
  (void)module.write("fault", "C_FindObjects untouched");
  ssh.house().restart_agent();
  const auto listed = [&ssh] { return ssh.run({"ssh-add", "-L"}).output; };
  EXPECT_EQ(listed(), "The agent has no identities.\n");
  EXPECT_THAT(ssh.house().agent().errors(), HasSubstr("identity maintainer cannot be used: KeyNotFound"));
  (void)module.write("fault", "");
  std::string keys;
  for (const Deadline deadline = soon(); !keys.contains("token desk") && !deadline.passed(); ::usleep(10'000)) {
    keys = listed();
  }
  EXPECT_THAT(keys, HasSubstr("maintainer (maintainer@example.test) token desk"));
}

// A second token, whose module fails at once until it is told to hang.
class FailingToken {
 protected:
  FailingToken() { (void)failing_.write("fault", "C_GetSlotList untouched"); }

  void hang() const { (void)failing_.write("fault", "C_GetSlotList hang"); }
  // Of the token, and of an identity for ssh whose key nobody has ever seen.
  [[nodiscard]] std::string configuration() const {
    return "[module.stuck]\npath = \"" + failing_.path().string() + "\"\nenv = { SOFTHSM2_CONF = \"" +
           token_.configuration().string() + "\", SIGNET_FAULT = \"" + failing_.beside("fault").string() +
           "\" }\n[token.stuck]\nmodule = \"stuck\"\nlabel = \"stuck\"\npin = { file = \"" +
           token_.pin_file().string() +
           "\" }\n[identity.stuck]\nkey = \"pkcs11:token=stuck;id=%01\"\npublic_key = \"sha256:" +
           std::string(64, '0') + "\"\nuse = [\"ssh\"]\n";
  }

 private:
  SoftHsm token_{"stuck"};
  FaultModule failing_{"faulty"};
};

class SshTouchBesideATokenThatHangs : private FailingToken, public SshTouch {
 protected:
  SshTouchBesideATokenThatHangs() : SshTouch(configuration()) {}
  using FailingToken::hang;
};

TEST_F(SshTouchBesideATokenThatHangs, ListsWhatIsKnownAtOnce) {
  SshClient signer(ssh_.socket());
  begin(signer);
  hang();
  SshClient lister(ssh_.socket());
  const auto took = time_of("a list while a touch is awaited and another token hangs", [&] {
    const auto keys = ssh::parse_identities_answer(lister.ask(ssh_list_request()).value());
    EXPECT_EQ(keys.value().size(), 1U);
  });
  EXPECT_LT(took, 500ms);
  module_.touch();
  EXPECT_TRUE(ssh::parse_sign_response(signer.hear().value()));
}

TEST_F(SshTouchBesideATokenThatHangs, RefusesAtOnceWhatNoKeyIsKnownFor) {
  SshClient signer(ssh_.socket());
  begin(signer);
  hang();
  SshClient another(ssh_.socket());
  const auto took = time_of("a signature by an unknown key meanwhile", [&] {
    const auto request = ssh::SignRequest{.key_blob = to_bytes("nobody's"), .data = to_bytes("data")};
    EXPECT_EQ(another.ask(ssh::encode_agent_request(request)), ssh::encode_plain_answer(ssh::AgentMessage::Failure));
  });
  EXPECT_LT(took, 500ms);
}

}  // namespace
}  // namespace signet::test
