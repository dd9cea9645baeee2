// Another agent behind ours, and the lock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <chrono>
#include <optional>

#include "ssh/agent_messages.h"
#include "ssh/wire.h"
#include "tests/integration/ssh_client.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ssh::AgentMessage;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

// A real ssh-agent.
class OtherAgent {
 public:
  OtherAgent() : agent_({.arguments = {"ssh-agent", "-D", "-a", path().string()}}) {
    for (const Deadline deadline = soon(); !std::filesystem::exists(path()) && !deadline.passed();) ::usleep(10'000);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "agent.sock"; }
  void end() {
    agent_.send_signal(SIGTERM);
    (void)agent_.wait(soon());
  }

 private:
  TemporaryFolder folder_;
  Process agent_;
};

class SshUpstream : public ::testing::Test {
 protected:
  // A key that no token holds.
  [[nodiscard]] std::filesystem::path make_key() const {
    const auto file = folder_ / "key";
    const auto made = ssh_.run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of a file", "-f", file.string()});
    EXPECT_EQ(made.status, 0) << made.errors;
    return file;
  }
  [[nodiscard]] std::string listed() const { return ssh_.run({"ssh-add", "-L"}).output; }

  TemporaryFolder folder_;
  OtherAgent other_;
  SshHouse ssh_{{.extra_configuration = "[ssh]\nupstream = \"" + other_.path().string() + "\"\n"}};
};

TEST_F(SshUpstream, GetsWhatIsAboutKeysThatAreNotOurs) {
  const auto key = make_key();
  ASSERT_EQ(ssh_.run({"ssh-add", "-q", key.string()}).status, 0);
  EXPECT_THAT(listed(), AllOf(HasSubstr("maintainer (maintainer@example.test) token desk\nssh-ed25519"),
                              HasSubstr(" of a file\n")));
  const auto file = folder_.write("notes.txt", "what is new\n");
  std::filesystem::remove(key);
  const auto made =
      ssh_.run({"ssh-keygen", "-Y", "sign", "-n", "anything", "-f", key.string() + ".pub", file.string()});
  EXPECT_EQ(made.status, 0) << made.errors << "its rules are its own";
  EXPECT_EQ(ssh_.run({"ssh-add", "-q", "-d", key.string() + ".pub"}).status, 0);
  EXPECT_THAT(listed(), Not(HasSubstr("of a file")));
}

TEST_F(SshUpstream, DoesNotGetOurs) {
  EXPECT_NE(ssh_.run({"ssh-add", "-q", "-d", ssh_.write_key().string()}).status, 0);
  EXPECT_THAT(listed(), HasSubstr("token desk"));
  EXPECT_EQ(ssh_.run({"ssh-add", "-D"}).status, 0) << "all keys of the other agent";
  EXPECT_THAT(listed(), HasSubstr("token desk"));
}

TEST_F(SshUpstream, ThatOursLockedIsUnlockedThroughOneThatWasStartedSince) {
  const auto with_password = [](AgentMessage type) {
    return ssh::Writer().byte(static_cast<std::uint8_t>(type)).string("open sesame").take();
  };
  const auto success = ssh::encode_plain_answer(AgentMessage::Success);
  ASSERT_EQ(ssh_.run({"ssh-add", "-q", make_key().string()}).status, 0);
  ASSERT_EQ(SshClient(ssh_.socket()).ask(with_password(AgentMessage::Lock)), success);
  ssh_.house().restart_agent();
  EXPECT_THAT(listed(), AllOf(HasSubstr("token desk"), Not(HasSubstr("of a file"))));
  EXPECT_EQ(SshClient(ssh_.socket()).ask(with_password(AgentMessage::Unlock)), success);
  EXPECT_THAT(listed(), HasSubstr("of a file"));
}

TEST_F(SshUpstream, ThatEndedCostsItsKeysAlone) {
  ASSERT_EQ(ssh_.run({"ssh-add", "-q", make_key().string()}).status, 0);
  other_.end();
  for (int i = 0; i < 2; ++i) EXPECT_THAT(listed(), AllOf(HasSubstr("token desk"), Not(HasSubstr("of a file"))));
  const std::string said = ssh_.house().agent().errors();
  const auto first = said.find("the agent for other ssh keys at " + other_.path().string() + " does not answer");
  ASSERT_NE(first, std::string::npos) << said;
  EXPECT_EQ(said.find("the agent for other ssh keys", first + 1), std::string::npos) << "said once";
}

TEST(SshWithoutUpstream, TakesNoKeys) {
  const SshHouse ssh;
  const TemporaryFolder folder;
  const std::string key = (folder / "key").string();
  ASSERT_EQ(ssh.run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key}).status, 0);
  EXPECT_NE(ssh.run({"ssh-add", "-q", key}).status, 0);
  EXPECT_NE(ssh.run({"ssh-add", "-D"}).status, 0);
}

TEST(SshUpstreamThatIsOurselves, IsNoneAndSaysSo) {
  const TemporaryFolder folder;
  const auto link = folder / "link.sock";
  SshHouse ssh({.extra_configuration = "[ssh]\nupstream = \"" + link.string() + "\"\n"});
  std::filesystem::create_symlink(ssh.socket(), link);
  EXPECT_THAT(ssh.run({"ssh-add", "-L"}).output, HasSubstr("token desk"));
  EXPECT_THAT(ssh.house().agent().errors(), HasSubstr("is this very agent"));
}

class SshLocking : public ::testing::Test {
 protected:
  // ssh-add asks this program for the password.
  [[nodiscard]] ProcessEnd with_password(const std::string& option, const std::string& password) const {
    const auto script = ssh_.house().folder().write("askpass", "#!/bin/sh\necho '" + password + "'\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    return ssh_.run({"ssh-add", option}, {}, {{"SSH_ASKPASS", script.string()}, {"SSH_ASKPASS_REQUIRE", "force"}});
  }
  SshHouse ssh_;
};

TEST_F(SshLocking, HidesTheKeysUntilTheRightPasswordComes) {
  const std::string key = ssh_.run({"ssh-add", "-L"}).output;
  const auto file = ssh_.house().folder().write("notes.txt", "what is new\n");
  ASSERT_EQ(ssh_.sign("file", file).status, 0);
  ASSERT_EQ(with_password("-x", "open sesame").status, 0) << ssh_.house().agent().errors();
  EXPECT_EQ(ssh_.run({"ssh-add", "-L"}).output, "The agent has no identities.\n");
  EXPECT_NE(with_password("-x", "again").status, 0);
  EXPECT_NE(with_password("-X", "open barley").status, 0);
  EXPECT_EQ(ssh_.run({"ssh-add", "-L"}).output, "The agent has no identities.\n");
  ASSERT_EQ(with_password("-X", "open sesame").status, 0);
  EXPECT_EQ(ssh_.run({"ssh-add", "-L"}).output, key);
  const std::string all = ssh_.audited();
  EXPECT_THAT(all, AllOf(HasSubstr(R"("operation":"ssh_lock")"), HasSubstr(R"("operation":"ssh_unlock")"),
                         HasSubstr("a wrong password for the locked ssh socket"), Not(HasSubstr("sesame"))));
}

TEST_F(SshLocking, LeavesAPinThatLiesInAFile) {
  const auto file = ssh_.house().folder().write("notes.txt", "what is new\n");
  ASSERT_EQ(with_password("-x", "open sesame").status, 0);
  EXPECT_THAT(ssh_.house().run({"signet", "status"}).output, HasSubstr("ssh.sock (locked: ssh-add -X unlocks it)\n"));
  ASSERT_EQ(with_password("-X", "open sesame").status, 0);
  EXPECT_THAT(ssh_.house().run({"signet", "status"}).output, HasSubstr("ssh.sock\n"));
  EXPECT_EQ(ssh_.sign("file", file).status, 0) << ssh_.house().agent().errors();
}

}  // namespace
}  // namespace signet::test
