// The SSH agent's socket, with OpenSSH's own programs as its clients: keys and signatures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/file.h"
#include "tests/integration/ssh_house.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class SshSocket : public ::testing::Test {
 protected:
  SshHouse ssh_;
};

TEST_F(SshSocket, ListsTheKeyWithItsIdentityAndItsToken) {
  const auto listed = ssh_.run({"ssh-add", "-L"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(
      listed.output,
      MatchesRegex("ecdsa-sha2-nistp256 [A-Za-z0-9+/=]+ maintainer \\(maintainer@example.test\\) token desk\n"));
}

TEST_F(SshSocket, LiesBesideTheAgentsForItsOwnerAlone) {
  struct stat facts{};
  ASSERT_EQ(::stat(ssh_.socket().c_str(), &facts), 0);
  EXPECT_TRUE(S_ISSOCK(facts.st_mode));
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ssh_.house().restart_agent();
  EXPECT_EQ(ssh_.run({"ssh-add", "-L"}).status, 0) << "and is there again with the next agent";
}

TEST(SshSocketWithout, AnIdentityForSshIsNotMade) {
  const Household house;
  EXPECT_FALSE(std::filesystem::exists(house.folder() / "run/ssh.sock"));
}

TEST_F(SshSocket, SignsAFileThatSshKeygenVerifies) {
  const auto file = ssh_.house().folder().write("notes.txt", "what is new\n");
  const auto made = ssh_.sign("file", file);
  ASSERT_EQ(made.status, 0) << made.errors << ssh_.house().agent().errors();
  const auto good = ssh_.verify("file", file);
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("Good \"file\" signature for " + std::string(Household::kSan)));
  (void)ssh_.house().folder().write("notes.txt", "what is old\n");
  EXPECT_NE(ssh_.verify("file", file).status, 0);
}

TEST_F(SshSocket, TellsTheAuditLogOfEachSignature) {
  const auto file = ssh_.house().folder().write("notes.txt", "what is new\n");
  ASSERT_EQ(ssh_.sign("file", file).status, 0);
  const auto lines = audit_lines(ssh_.house());
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(lines[lines.size() - 2],
              AllOf(HasSubstr(R"("event":"intent")"), HasSubstr(R"("kind":"ssh-signature")"),
                    HasSubstr(R"("digest":"sha512:)"), HasSubstr(R"(ssh signature of namespace \"file\", sha512:)"),
                    HasSubstr(R"("exe":"/usr/bin/ssh-keygen")"), HasSubstr("use ssh")));
  EXPECT_THAT(lines.back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("answer":"done")")));
}

TEST_F(SshSocket, SignsNothingOfANamespaceThatIsNotOnTheList) {
  const auto file = ssh_.house().folder().write("notes.txt", "what is new\n");
  ASSERT_EQ(ssh_.sign("file", file).status, 0) << "its untouched twin";
  EXPECT_NE(ssh_.sign("email", file).status, 0);
  EXPECT_THAT(audit_lines(ssh_.house()).back(),
              AllOf(HasSubstr(R"("event":"denied")"), HasSubstr(R"("identity":"maintainer")"),
                    HasSubstr(R"(maintainer signs nothing of namespace \"email\" over ssh)")));
  EXPECT_THAT(ssh_.house().agent().errors(), AllOf(HasSubstr("signs nothing of namespace \"email\" over ssh"),
                                                   HasSubstr("add it to `namespaces` of [identity.maintainer.ssh]")));
}

TEST_F(SshSocket, SignsCommitsThatGitVerifies) {
  const auto repository = ssh_.house().make_repository("work");
  const auto git = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "git");
    return ssh_.run(std::move(words), repository);
  };
  ASSERT_EQ(git({"config", "gpg.format", "ssh"}).status, 0);
  ASSERT_EQ(git({"config", "user.signingKey", ssh_.write_key().string()}).status, 0);
  ASSERT_EQ(git({"config", "gpg.ssh.allowedSignersFile", ssh_.write_allowed_signers().string()}).status, 0);
  const auto made = git({"commit", "-q", "-S", "--allow-empty", "-m", "Say hello"});
  ASSERT_EQ(made.status, 0) << made.errors << ssh_.house().agent().errors();
  EXPECT_THAT(audit_lines(ssh_.house()).back(),
              AllOf(HasSubstr(R"(ssh signature of namespace \"git\", sha512:)"),
                    HasSubstr(R"(: commit by <maintainer@example.test> \"The Maintainer\": \"Say hello\")")))
      << "its title, whose hash was the one to sign";
  EXPECT_EQ(git({"verify-commit", "HEAD"}).status, 0);
  EXPECT_EQ(git({"log", "-1", "--format=%G? %GS"}).output, "G " + std::string(Household::kSan) + "\n");
  ASSERT_EQ(git({"tag", "-s", "-m", "one", "v1"}).status, 0);
  EXPECT_EQ(git({"verify-tag", "v1"}).status, 0);
}

// git's gpg-interface.c, sign_buffer_ssh(): the file is the last word, also since 2.40, which puts -U before it where
// the key is a value of the configuration. That version is not installed here, its words are.
TEST_F(SshSocket, TellsTheTitleForTheWordsThatEachVersionOfGitCallsSshKeygenWith) {
  const std::vector<std::vector<std::string>> kinds = {{}, {"-U"}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string title = "Say hello " + std::to_string(i);
    const auto file = ssh_.house().folder().write(".git_signing_buffer_tmp" + std::to_string(i),
                                                  "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
                                                  "author A <a@example.test> 1700000000 +0000\n"
                                                  "committer A <a@example.test> 1700000000 +0000\n\n" +
                                                      title + "\n");
    const auto end = ssh_.sign("git", file, kinds[i]);
    ASSERT_EQ(end.status, 0) << end.errors;
    EXPECT_THAT(audit_lines(ssh_.house()).back(), HasSubstr("commit by <a@example.test> \\\"A\\\": \\\"" + title));
    EXPECT_EQ(ssh_.verify("git", file).status, 0);
  }
}

// Whoever asks may call any file the one that it signs.
TEST_F(SshSocket, TellsNoTitleOfAnObjectThatIsNotTheOneToBeSigned) {
  const auto file = ssh_.house().folder().write("object", "no object of git's\n");
  ASSERT_EQ(ssh_.sign("git", file).status, 0);
  EXPECT_THAT(audit_lines(ssh_.house()).back(), AllOf(HasSubstr(R"(namespace \"git\")"), Not(HasSubstr("commit by"))));
}

}  // namespace
}  // namespace signet::test
