// `signet git setup --format ssh`: git, ssh-keygen and the agent's second socket together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/integration/ssh_house.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class GitSetupSsh : public ::testing::Test {
 protected:
  GitSetupSsh() {
    (void)ssh_.run({"git", "config", "--global", "user.name", "The Maintainer"});
    (void)ssh_.run({"git", "config", "--global", "user.email", std::string(Household::kSan)});
    (void)ssh_.run({"git", "init", "-q", "-b", "main", (folder() / "repo").string()});
  }
  [[nodiscard]] const TemporaryFolder& folder() const { return ssh_.house().folder(); }
  ProcessEnd git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    return ssh_.run(std::move(arguments), folder() / "repo");
  }
  ProcessEnd setup(std::vector<std::string> arguments = {}, std::map<std::string, std::string> environment = {}) {
    arguments.insert(arguments.begin(), {"signet", "git", "setup", "--format", "ssh"});
    return ssh_.run(std::move(arguments), folder() / "repo", std::move(environment));
  }
  [[nodiscard]] std::filesystem::path kept() const { return folder() / "home/.local/state/signet/git-setup"; }
  ProcessEnd undo(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"signet", "git", "setup", "--undo"});
    return ssh_.run(std::move(arguments), folder() / "repo");
  }
  std::string global() { return ssh_.run({"git", "config", "--global", "--list"}).output; }
  std::string local() { return git({"config", "--local", "--list"}).output; }

  SshHouse ssh_;
};

TEST_F(GitSetupSsh, TriesAndWritesWhatGitThenSignsAndVerifiesWith) {
  const std::string before = global();
  const auto done = setup();
  ASSERT_EQ(done.status, 0) << done.errors << ssh_.house().agent().errors();
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("  gpg.format                unset -> ssh\n"),
                    HasSubstr("  user.signingKey           unset -> " + (kept() / "key-").string()),
                    HasSubstr("  gpg.ssh.allowedSignersFile unset -> "),
                    HasSubstr("Good \"git\" signature for maintainer@example.test with ECDSA key SHA256:")));
  ASSERT_EQ(git({"commit", "-q", "--allow-empty", "-m", "signed without being asked"}).status, 0);
  EXPECT_EQ(git({"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
  ASSERT_EQ(undo().status, 0);
  EXPECT_EQ(global(), before);
}

// git 2.39 writes a key that is a value, and no path, into a file for each signature, and leaves it there.
TEST_F(GitSetupSsh, LeavesNothingInTheFolderForTemporaryFiles) {
  ASSERT_EQ(setup().status, 0);
  const std::filesystem::path temporary = folder() / "temporary";
  std::filesystem::create_directory(temporary);
  const auto signed_commit = ssh_.run({"git", "commit", "-q", "--allow-empty", "-m", "one"}, folder() / "repo",
                                      {{"TMPDIR", temporary.string()}});
  ASSERT_EQ(signed_commit.status, 0) << signed_commit.errors;
  EXPECT_EQ(git({"log", "--format=%G?"}).output, "G\n");
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
}

// "TYPE BASE64", without the comment.
std::string blob_in(const std::string& key_line) {
  return key_line.substr(0, key_line.find(' ', key_line.find(' ') + 1) + 1);
}

TEST_F(GitSetupSsh, KeepsItsFilesForItselfAndAfterItIsUndone) {
  ASSERT_EQ(setup().status, 0);
  std::string name = git({"config", "user.signingKey"}).output;
  name.pop_back();
  const std::filesystem::path key(name);
  EXPECT_EQ(key.parent_path(), kept());
  EXPECT_EQ(std::filesystem::status(key).permissions(), std::filesystem::perms{0600});
  const auto line = read_file(key, 1000);
  ASSERT_TRUE(line);
  EXPECT_THAT(*line, AllOf(EndsWith(" maintainer\n"), HasSubstr(blob_in(ssh_.run({"ssh-add", "-L"}).output))));
  ASSERT_EQ(undo().status, 0);
  EXPECT_TRUE(std::filesystem::exists(key));
  EXPECT_TRUE(std::filesystem::exists(kept() / "allowed_signers"));
}

TEST_F(GitSetupSsh, OfOneRepositoryLeavesTheOthersAlone) {
  const std::string global_before = global();
  const std::string before = local();
  const auto done = setup({"--local"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("the git configuration of "));
  EXPECT_EQ(global(), global_before);
  EXPECT_THAT(local(), AllOf(HasSubstr("gpg.format=ssh\n"), HasSubstr("user.signingkey=" + (kept() / "key-").string()),
                             HasSubstr("gpg.ssh.allowedsignersfile="), HasSubstr("commit.gpgsign=true\n")));
  ASSERT_EQ(git({"commit", "-q", "--allow-empty", "-m", "one"}).status, 0);
  EXPECT_EQ(git({"log", "--format=%G?"}).output, "G\n");
  const auto other = undo();
  EXPECT_EQ(other.status, 2) << "the global one was not changed";
  EXPECT_THAT(other.errors, HasSubstr("for a repository: signet git setup --undo --local, in it"));
  ASSERT_EQ(undo({"--local"}).status, 0);
  EXPECT_EQ(local(), before);
}

TEST_F(GitSetupSsh, WithTagsSignsEachTagUntilItIsUndone) {
  const std::string before = global();
  const auto done = setup({"--tags"});
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("  tag.gpgSign               unset -> true\n"));
  ASSERT_EQ(git({"commit", "-q", "--allow-empty", "-m", "one"}).status, 0);
  ASSERT_EQ(git({"tag", "-m", "not asked to be signed", "v1"}).status, 0);
  EXPECT_EQ(git({"verify-tag", "v1"}).status, 0);
  ASSERT_EQ(undo().status, 0);
  EXPECT_EQ(global(), before);
  ASSERT_EQ(git({"tag", "-m", "nor is this one", "v2"}).status, 0);
  EXPECT_EQ(git({"verify-tag", "v2"}).status, 1);
}

TEST_F(GitSetupSsh, OfTheUserDoesNotHearTheRepositoryItIsCalledIn) {
  const auto list = folder().write("theirs", "");
  git({"config", "gpg.ssh.allowedSignersFile", list.string()});
  git({"config", "gpg.ssh.program", "/nowhere"});
  const auto done = setup();
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(global(), AllOf(HasSubstr("gpg.ssh.allowedsignersfile=" + (kept() / "allowed_signers").string()),
                              Not(HasSubstr("gpg.ssh.program="))));
  EXPECT_THAT(done.errors, HasSubstr("here gpg.ssh.allowedSignersFile is " + list.string() +
                                     ": file:.git/config (local) "
                                     "counts for more"));
}

TEST_F(GitSetupSsh, DryRunShowsWhatItWouldWriteAndWritesNothing) {
  const std::string global_before = global();
  const std::string before = local();
  const auto shown = setup({"--dry-run", "--local", "--tags"});
  ASSERT_EQ(shown.status, 0) << shown.errors;
  EXPECT_THAT(shown.output, AllOf(HasSubstr("  gpg.format                unset -> ssh\n"),
                                  HasSubstr("  tag.gpgSign               unset -> true\n"),
                                  HasSubstr("  user.signingKey           unset -> " + (kept() / "key-").string()),
                                  HasSubstr("nothing was changed (--dry-run)")));
  EXPECT_EQ(local(), before);
  EXPECT_EQ(global(), global_before);
  EXPECT_FALSE(std::filesystem::exists(kept() / "allowed_signers"));
  EXPECT_EQ(undo({"--local"}).status, 2) << "and there is nothing to undo";
}

TEST_F(GitSetupSsh, DryRunOfAnUndoShowsWhatItWouldPutBackAndKeepsIt) {
  ASSERT_EQ(setup({"--local", "--tags"}).status, 0);
  const std::string set = local();
  const auto shown = undo({"--local", "--dry-run"});
  EXPECT_EQ(shown.status, 0) << shown.errors;
  EXPECT_THAT(shown.output, AllOf(HasSubstr("  gpg.format                ssh -> unset\n"),
                                  HasSubstr("  tag.gpgSign               true -> unset\n"),
                                  HasSubstr("nothing was changed (--dry-run)")));
  EXPECT_EQ(local(), set);
  EXPECT_EQ(undo({"--local"}).status, 0);
}

TEST_F(GitSetupSsh, WithoutTheSocketChangesNothingAndSaysWhichOne) {
  const std::string before = global();
  const auto end = setup({}, {{"SSH_AUTH_SOCK", "/nowhere"}});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("trying it with one commit: nothing was written"),
                                HasSubstr("next: export SSH_AUTH_SOCK=" + ssh_.socket().string())));
  EXPECT_EQ(global(), before);
}

TEST_F(GitSetupSsh, LeavesTheUsersOwnListOfSignersAndSaysWhatItNeeds) {
  const auto list = folder().write("signers", "somebody@example.test ssh-ed25519 AAAA\n");
  git({"config", "--global", "gpg.ssh.allowedSignersFile", list.string()});
  const auto done = setup();
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, Not(HasSubstr("allowedSignersFile")));
  EXPECT_THAT(done.errors, HasSubstr("your gpg.ssh.allowedSignersFile needs this line:\nmaintainer@example.test "
                                     "namespaces=\"git\" ecdsa-sha2-nistp256 "));
  EXPECT_EQ(read_file(list, 1000), "somebody@example.test ssh-ed25519 AAAA\n");
}

TEST(GitSetupSshRefused, ByTheAgentSaysWhereTheReasonStands) {
  const SshHouse house({.pin_source = "pin = { prompt = \"terminal\" }"});
  house.house().folder().write("home/.gitconfig", "[user]\nname = M\nemail = " + std::string(Household::kSan) + "\n");
  const auto end = house.run({"signet", "git", "setup", "--format", "ssh"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("WorkerFailed: the agent refused to sign, and ssh-keygen does not learn why "
                                          "(trying it with one commit: nothing was written)"),
                                HasSubstr("next: signet status shows what the token wants; signet audit list --failed "
                                          "and journalctl --user -u signet-agent say what was refused and why")));
  EXPECT_THAT(house.run({"signet", "status"}).output, HasSubstr("signet unlock"));
  EXPECT_THAT(house.run({"signet", "audit", "list", "--failed", "--state-dir", house.house().state().string()}).output,
              HasSubstr("PinRequired"));
}

TEST_F(GitSetupSsh, NamesTheIdentitiesThatAreForSsh) {
  const auto end = setup({"--identity", "nobody"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("there is no identity \"nobody\""),
                                HasSubstr("next: name one with --identity: maintainer")));
}

TEST(GitSetupSshWithout, AnIdentityForSshSaysWhatToConfigure) {
  const Household house;
  const auto none = house.run({"signet", "git", "setup", "--format", "ssh"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.errors, AllOf(HasSubstr("no identity is for ssh"), HasSubstr("next: give one use = [\"ssh\"]")));
  const auto other = house.run({"signet", "git", "setup", "--format", "ssh", "--identity", "maintainer"});
  EXPECT_THAT(other.errors, AllOf(HasSubstr("KeyUnsuitable: identity maintainer is not for ssh"),
                                  HasSubstr("next: add \"ssh\" to its use")));
}

}  // namespace
}  // namespace signet::test
