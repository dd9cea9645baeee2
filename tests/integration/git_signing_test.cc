// What git demands of a program that signs for it (gpg-interface.c): what it is handed, what it hands back, and when
// nothing is stored. The signature itself, and git's verdict: git_verdict_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/file.h"
#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class GitSigning : public ::testing::Test, protected GitHouse {
 protected:
  void end_agent() {
    house().agent().send_signal(SIGTERM);
    ASSERT_TRUE(house().agent().wait(Deadline::after(std::chrono::minutes(1))));
  }
  // As git would start the signer; `redirection` is the shell's.
  [[nodiscard]] ProcessEnd sign(const std::string& redirection, const std::string& status = "--status-fd=2",
                                const std::string& key = "x") const {
    house().folder().write("payload",
                           "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.test> 1700000000 +0000\n"
                           "committer A <a@example.test> 1700000000 +0000\n\nfirst\n");
    return house().run({"sh", "-c", "signet-git " + status + " -bsau " + key + " <../payload " + redirection},
                       repository());
  }
};

TEST_F(GitSigning, StoresTheSignatureAsOneHeaderOfWholeLines) {
  commit();
  EXPECT_THAT(object(), ContainsRegex("\ngpgsig -----BEGIN SIGNED MESSAGE-----\n( [A-Za-z0-9+/=]{1,64}\n)+"
                                      " -----END SIGNED MESSAGE-----\n\none\n"));
  EXPECT_THAT(object(), Not(HasSubstr("\r")));
  EXPECT_EQ(git({"fsck", "--strict"}).status, 0);
}

TEST_F(GitSigning, OfATagStandsBehindItsMessage) {
  commit();
  must({"tag", "-s", "v1", "-m", "tagged"});
  EXPECT_THAT(object("v1"), ContainsRegex("\n\ntagged\n-----BEGIN SIGNED MESSAGE-----\n([A-Za-z0-9+/=]{1,64}\n)+"
                                          "-----END SIGNED MESSAGE-----\n"));
  EXPECT_EQ(git({"fsck", "--strict", "--tags"}).status, 0);
}

TEST_F(GitSigning, OfAnObjectLargerThanAPipeReadsItAll) {
  const auto message = house().folder().write("message", "large\n\n" + std::string(1'000'000, 'm') + "\n");
  must({"commit", "-q", "--allow-empty", "-S", "-F", message.string()});
  EXPECT_EQ(log("%G?"), "G");
}

TEST_F(GitSigning, OfAnObjectBeyondTheLimitStoresNothing) {
  const auto message = house().folder().write("message", "huge\n\n" + std::string(3'000'000, 'm') + "\n");
  const auto end = git({"commit", "-q", "--allow-empty", "-S", "-F", message.string()});
  EXPECT_EQ(end.status, 128);
  EXPECT_THAT(end.errors, HasSubstr("failed to write commit object"));
  EXPECT_NE(git({"rev-parse", "--verify", "-q", "HEAD"}).status, 0);
}

TEST_F(GitSigning, ThatFailsLeavesNoTagAndKeepsItsMessage) {
  commit();
  end_agent();
  const auto end = git({"tag", "-s", "v1"}, {{"GIT_EDITOR", "echo kept >"}});
  EXPECT_EQ(end.status, 128);
  EXPECT_THAT(end.errors, HasSubstr("unable to sign the tag"));
  EXPECT_EQ(must({"tag", "--list"}), "");
  EXPECT_EQ(read_file(repository() / ".git/TAG_EDITMSG", 100).value_or(""), "kept\n");
}

TEST_F(GitSigning, TakesTheIdentityThatTheKeyNames) {
  must({"commit", "-q", "--allow-empty", "-Ssignet:maintainer", "-m", "one"});
  must({"tag", "-u", "signet:maintainer", "v1", "-m", "one"});
  must({"-c", "user.signingKey=signet:maintainer", "tag", "-s", "v2", "-m", "one"});
  EXPECT_EQ(log("%G?"), "G");
  EXPECT_EQ(git({"verify-tag", "v1", "v2"}).status, 0);
}

TEST_F(GitSigning, ByAnIdentityThatIsNotThereStoresNothing) {
  EXPECT_EQ(git({"commit", "-q", "--allow-empty", "-Ssignet:nobody", "-m", "one"}).status, 128);
  EXPECT_NE(git({"rev-parse", "--verify", "-q", "HEAD"}).status, 0);
  const auto end = sign("", "--status-fd=2", "signet:nobody");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, AllOf(HasSubstr("IdentityNotFound"), Not(HasSubstr("SIG_CREATED"))));
}

// A key of another tool's making that is left over in the configuration is a hint, as it is for gitsign.
TEST_F(GitSigning, TakesAnyOtherKeyForAHint) {
  must({"-c", "user.signingKey=0xDEADBEEF", "commit", "-q", "--allow-empty", "-S", "-m", "one"});
  EXPECT_EQ(log("%G?"), "G");
}

// At the terminal: git shows a signer's stderr only where it fails.
TEST_F(GitSigning, SaysAtTheTerminalWhoseSignatureItIsWhereNobodyNamedHim) {
  const auto at_terminal = [this](const std::string& command) {
    return house().run({"script", "-qec", command, (house().folder() / "seen").string()}, repository()).output;
  };
  const std::string note =
      "signet: no identity is that of the committer other@example.test: signed as "
      "maintainer@example.test (identity maintainer)";
  const std::string other = "git -c user.email=other@example.test commit -q --allow-empty -m one ";
  EXPECT_THAT(at_terminal(other + "-S"), HasSubstr(note));
  EXPECT_THAT(at_terminal(other + "-Ssignet:maintainer"), Not(HasSubstr("signet: ")));
  EXPECT_THAT(at_terminal(other + "-Smaintainer"),
              AllOf(HasSubstr("signet: the key \"maintainer\" chooses no identity: did you mean -Ssignet:maintainer?"),
                    HasSubstr(note)));
  EXPECT_THAT(at_terminal("git commit -q --allow-empty -m one -S"), Not(HasSubstr("signet: ")));
  EXPECT_THAT(at_terminal("git commit -q --allow-empty -m one -Snobody"), Not(HasSubstr("signet: ")));
  EXPECT_EQ(verdicts(), "GGGGG");
}

TEST_F(GitSigning, OfAnIdentityWithoutANameSaysSo) {
  const auto end = sign("", "--status-fd=2", "signet:");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("IdentityNotFound: there is no identity \"\""));
}

TEST_F(GitSigning, WorksInSubfoldersAddedWorkTreesAndBareRepositories) {
  commit();
  must_sh("mkdir sub && cd sub && git commit -q --allow-empty -S -m sub");
  must_sh("git worktree add -q ../added -b added && cd ../added && git commit -q --allow-empty -S -m added");
  must_sh(
      "git clone -q --bare . ../bare.git && cd ../bare.git && git config gpg.format x509 && "
      "git config gpg.x509.program signet-git && git config user.name B && git config user.email b@example.test && "
      "git update-ref refs/heads/main $(git commit-tree -S -p main -m bare main^{tree})");
  EXPECT_EQ(verdicts(), "GG");
  EXPECT_EQ(log("%G?", "added"), "G");
  EXPECT_EQ(must_sh("git -C ../bare.git -c gpg.x509.program=signet-git log -1 --format=%G?%s main"), "Gbare");
}

TEST_F(GitSigning, IsOneOfTheTreeAndTheMessageThatWereAskedFor) {
  must_sh("echo a >a && git add a && git commit -q -S -m 'with a file'");
  EXPECT_EQ(must({"show", "HEAD:a"}), "a");
  EXPECT_EQ(log("%G? %s"), "G with a file");
}

TEST_F(GitSigning, ThatCannotBeWrittenWholeIsNotCalledCreated) {
  EXPECT_EQ(sign(">/dev/null").status, 0);
  for (const char* output : {">/dev/full", ">&-"}) {
    const auto end = sign(output);
    EXPECT_NE(end.status, 0) << output;
    EXPECT_THAT(end.errors, Not(HasSubstr("SIG_CREATED"))) << output;
    EXPECT_THAT(end.errors, HasSubstr("signet-git: ")) << output;
  }
}

TEST_F(GitSigning, WhoseStatusCannotBeWrittenFails) {
  EXPECT_NE(sign("2>/dev/full").status, 0);
  EXPECT_EQ(sign("3>&2", "--status-fd=3").status, 0);
}

TEST_F(GitSigning, WithoutAPayloadIsRefused) {
  const auto end = house().run({"sh", "-c", "signet-git --status-fd=2 -bsau x <&-"}, repository());
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_THAT(end.errors, AllOf(HasSubstr("signet-git: "), Not(HasSubstr("SIG_CREATED"))));
}

// git 2.39 keeps what a signer says about a failure to itself; a person reads it on the terminal (script(1) makes one).
TEST_F(GitSigning, WithoutAnAgentNothingIsCommittedAndTheRemedyIsNamed) {
  end_agent();
  EXPECT_NE(git({"commit", "-q", "--allow-empty", "-S", "-m", "nobody signs"}).status, 0);
  EXPECT_NE(git({"rev-parse", "--verify", "-q", "HEAD"}).status, 0) << "no commit was made";
  const auto seen = house().run(
      {"script", "-qec", "git commit -q --allow-empty -S -m 'nobody signs'", (house().folder() / "seen").string()},
      repository());
  EXPECT_NE(seen.status, 0);
  EXPECT_THAT(seen.output, HasSubstr("no agent answers at"));
  EXPECT_THAT(seen.output, HasSubstr("start it with: signet-agent"));
}

}  // namespace
}  // namespace signet::test
