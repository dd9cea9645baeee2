// Logins of a real ssh to a real sshd through the agent: to which host, and from where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/ssh_house.h"
#include "tests/integration/ssh_server.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kElsewhere = "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDJ8+4LNiWVQ5Xr2vY";

std::string rules(const std::string& text) { return "[identity.maintainer.ssh]\n" + text + "\n"; }

std::string hosts(std::string_view name, std::string_view key) {
  return rules("hosts = [ { name = \"" + std::string(name) + "\", key = \"" + std::string(key) + "\" } ]");
}

// The words of a login that says hello.
std::vector<std::string> hello() { return {user_name() + "@127.0.0.1", "echo hello"}; }

class SshLogin : public ::testing::Test {
 protected:
  explicit SshLogin(const SshServer::Setup& setup = {}) : server_(setup) {}

  // A house with these rules, whose key the server knows.
  void move_in(const std::string& rules, const std::string& algorithm = "p256") {
    ssh_.emplace(Household::Setup{
        .extra_configuration = rules, .use = R"(["ssh"])", .algorithm = algorithm, .verifies_by_configuration = false});
    server_.let_in(ssh_->run({"ssh-add", "-L"}).output);
  }
  [[nodiscard]] ProcessEnd log_in(std::vector<std::string> words) const {
    return ssh_->run(server_.ssh(std::move(words)));
  }

  SshServer server_;
  std::optional<SshHouse> ssh_;
};

TEST_F(SshLogin, WorksAndSaysWhereItGoes) {
  move_in("");
  const auto end = log_in(hello());
  EXPECT_EQ(end.output, "hello\n") << end.errors << ssh_->house().agent().errors() << server_.log();
  EXPECT_THAT(ssh_->audited(),
              AllOf(HasSubstr(R"("kind":"ssh-login")"), HasSubstr("ssh login to the host " + server_.fingerprint() +
                                                                  " as user \\\"" + user_name() + "\\\"")));
}

TEST_F(SshLogin, WorksWithKeysOfEcdsaRsaAndEd25519) {
  for (const char* algorithm : {"ed25519", "rsa2048", "p384"}) {
    move_in("", algorithm);
    const auto end = log_in(hello());
    EXPECT_EQ(end.output, "hello\n") << algorithm << end.errors << ssh_->house().agent().errors();
  }
}

TEST_F(SshLogin, ToAHostOfTheListIsToldByItsName) {
  move_in(hosts("build host", server_.fingerprint()));
  const auto end = log_in(hello());
  EXPECT_EQ(end.output, "hello\n") << end.errors << ssh_->house().agent().errors();
  EXPECT_THAT(ssh_->audited(), HasSubstr("ssh login to build host (" + server_.fingerprint() + ") as user"));
}

TEST_F(SshLogin, ToAHostThatIsNotOnTheListIsRefusedAndAudited) {
  move_in(hosts("elsewhere", kElsewhere));
  const auto end = log_in(hello());
  EXPECT_EQ(end.status, 255);
  EXPECT_THAT(end.errors, HasSubstr("agent refused operation"));
  const auto reason = "the host with the key " + server_.fingerprint() + " is none of those that identity maintainer";
  EXPECT_THAT(audit_lines(ssh_->house()).back(),
              AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("NotAuthorized"), HasSubstr(reason)));
  EXPECT_THAT(ssh_->house().agent().errors(),
              AllOf(HasSubstr(reason), HasSubstr("if it should, add { name = \"...\", key = \"" +
                                                 server_.fingerprint() + "\" } to `hosts` of")));
}

TEST_F(SshLogin, IsRefusedWhereTheIdentityLogsInNowhere) {
  move_in(rules("logins = false"));
  EXPECT_EQ(log_in(hello()).status, 255);
  EXPECT_THAT(audit_lines(ssh_->house()).back(), HasSubstr("identity maintainer does not log in anywhere"));
  const auto file = ssh_->house().folder().write("notes.txt", "what is new\n");
  EXPECT_EQ(ssh_->sign("file", file).status, 0) << "and signs all the same";
}

// The far host has no agent of its own: what answers there is ours, over the forwarded connection.
TEST_F(SshLogin, ShowsNoKeyToTheHostThatTheAgentIsForwardedTo) {
  move_in("");
  auto words = hello();
  words.back() = "ssh-add -L; echo ended";
  words.insert(words.begin(), "-A");
  const auto end = log_in(words);
  EXPECT_EQ(end.output, "The agent has no identities.\nended\n") << end.errors;
  EXPECT_THAT(ssh_->run({"ssh-add", "-L"}).output, HasSubstr("ecdsa-sha2-nistp256")) << "here it is shown";
}

TEST_F(SshLogin, SignsForAnotherHostOnlyWhereTheIdentityIsForThat) {
  const auto sign_there = [&] {
    const auto file = ssh_->house().folder().write("notes.txt", "what is new\n");
    std::filesystem::remove(file.string() + ".sig");
    auto words = hello();
    words.back() = "ssh-keygen -Y sign -n file -f " + ssh_->write_key().string() + " " + file.string();
    words.insert(words.begin(), "-A");
    return log_in(words);
  };
  move_in("");
  EXPECT_NE(sign_there().status, 0);
  move_in(rules("forwarded = true"));
  const auto end = sign_there();
  EXPECT_EQ(end.status, 0) << end.errors << ssh_->house().agent().errors();
  EXPECT_THAT(audit_lines(ssh_->house()).back(), HasSubstr(", asked for by another host"));
}

// A host that shows a certificate of an SSH CA, and no plain key that its clients would take.
class SshLoginToACertifiedHost : public SshLogin, public ::testing::WithParamInterface<const char*> {
 protected:
  SshLoginToACertifiedHost() : SshLogin({.keys = {{.type = GetParam()}}, .certified = true}) {}
};
INSTANTIATE_TEST_SUITE_P(Kinds, SshLoginToACertifiedHost, ::testing::Values("ed25519", "ecdsa", "rsa"));

TEST_P(SshLoginToACertifiedHost, WorksWhereItsPlainKeyIsOnTheList) {
  move_in(hosts("build host", server_.fingerprint()));
  const auto end = log_in(hello());
  EXPECT_EQ(end.output, "hello\n") << end.errors << ssh_->house().agent().errors() << server_.log();
  EXPECT_THAT(ssh_->audited(), HasSubstr("ssh login to build host (" + server_.fingerprint() + ") as user"));
}

TEST_P(SshLoginToACertifiedHost, IsRefusedAndAuditedWhereItsKeyIsNotOnTheList) {
  move_in(hosts("elsewhere", kElsewhere));
  const auto end = log_in(hello());
  EXPECT_EQ(end.status, 255);
  EXPECT_THAT(end.errors, HasSubstr("agent refused operation"));
  EXPECT_THAT(audit_lines(ssh_->house()).back(),
              AllOf(HasSubstr(R"("event":"denied")"), HasSubstr("NotAuthorized"),
                    HasSubstr("the host with the key " + server_.fingerprint() + " is none of those")));
}

// It has a key of a kind that is used here, too.
class SshLoginToAHostOfAnOddSize : public SshLogin {
 protected:
  SshLoginToAHostOfAnOddSize() : SshLogin({.keys = {{.type = "rsa", .bits = "2560"}, {.type = "ed25519"}}}) {}
};

TEST_F(SshLoginToAHostOfAnOddSize, IsRefusedWithAWayOut) {
  move_in("");
  auto words = hello();
  words.insert(words.begin(), {"-o", "HostKeyAlgorithms=rsa-sha2-512"});
  EXPECT_EQ(log_in(words).status, 255);
  EXPECT_THAT(ssh_->house().agent().errors(),
              AllOf(HasSubstr("reading the host key of an SSH session"),
                    HasSubstr("of a kind, size or encoding that is not used here"),
                    HasSubstr("have the host show another key: ssh -o HostKeyAlgorithms=ssh-ed25519")));
  words = hello();
  words.insert(words.begin(), {"-o", "HostKeyAlgorithms=ssh-ed25519"});
  const auto end = log_in(words);
  EXPECT_EQ(end.output, "hello\n") << end.errors << ssh_->house().agent().errors();
}

}  // namespace
}  // namespace signet::test
