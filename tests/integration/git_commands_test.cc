// Each command of git that signs (git: the documentation of -S, commit.gpgSign and tag.gpgSign).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

// main: base, here. side: base, one, two. Nothing is signed.
class GitCommand : public ::testing::Test, protected GitHouse {
 protected:
  GitCommand() {
    must_sh(
        "change() { echo $1 >$1 && git add $1 && git commit -q -m $1; }\n"
        "change base && git checkout -q -b side && change one && change two && git checkout -q main && change here");
  }
};

TEST_F(GitCommand, MergeSigns) {
  must({"merge", "-q", "-S", "-m", "merged", "side"});
  EXPECT_EQ(log("%G? %s"), "G merged");
}

TEST_F(GitCommand, RebaseSignsEachOfItsCommits) {
  must({"rebase", "-q", "-S", "main", "side"});
  EXPECT_EQ(verdicts("main..side"), "GG");
  must({"rebase", "-q", "-f", "-S", "--apply", "main", "side"});
  EXPECT_EQ(verdicts("main..side"), "GG");
}

TEST_F(GitCommand, CherryPickAndRevertSignEachOfTheirs) {
  must({"cherry-pick", "-S", "side~2..side"});
  EXPECT_EQ(verdicts("-2"), "GG");
  must({"revert", "-S", "--no-edit", "HEAD~2..HEAD"});
  EXPECT_EQ(verdicts("-4"), "GGGG");
}

TEST_F(GitCommand, AmSignsEachPatch) {
  must_sh("git format-patch -q -o ../patches side~2..side && git am -q -S ../patches/*.patch");
  EXPECT_EQ(verdicts("-2"), "GG");
}

TEST_F(GitCommand, AmendSignsAnew) {
  commit("to be amended");
  const std::string before = must({"rev-parse", "HEAD"});
  must({"commit", "-q", "--amend", "--allow-empty", "-S", "-m", "amended"});
  EXPECT_NE(must({"rev-parse", "HEAD"}), before);
  EXPECT_EQ(log("%G? %s"), "G amended");
}

TEST_F(GitCommand, CommitTreeSignsWhereItIsToldAndOnlyThere) {
  const std::string told = must({"commit-tree", "-S", "-m", "told", "HEAD^{tree}"});
  EXPECT_EQ(log("%G?", told), "G");
  const std::string untold = must({"-c", "commit.gpgSign=true", "commit-tree", "-m", "untold", "HEAD^{tree}"});
  EXPECT_EQ(log("%G?", untold), "N");
}

TEST_F(GitCommand, ConfigurationSignsWithoutBeingAsked) {
  must({"config", "commit.gpgSign", "true"});
  must({"commit", "-q", "--allow-empty", "-m", "by itself"});
  must({"cherry-pick", "side~1"});
  must({"merge", "-q", "-m", "merged", "side"});
  EXPECT_EQ(must({"log", "--first-parent", "-3", "--format=%G?"}), "G\nG\nG");
  must({"commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "not this one"});
  EXPECT_EQ(log("%G?"), "N");
}

TEST_F(GitCommand, TagSignsByConfigurationToo) {
  must({"-c", "tag.gpgSign=true", "tag", "v1", "-m", "one"});
  must({"-c", "tag.forceSignAnnotated=true", "tag", "v2", "-m", "two"});
  EXPECT_EQ(git({"verify-tag", "v1", "v2"}).status, 0);
}

TEST_F(GitCommand, MergeOfATagWhoseSignatureIsWrongSaysSoInTheCommit) {
  must({"tag", "-s", "v1", "-m", "good", "side"});
  std::string tag = object("v1");
  tag.replace(tag.find("\n\ngood\n"), 7, "\n\nevil\n");
  must({"update-ref", "refs/tags/v2", store(tag, "tag")});
  must({"merge", "-q", "-S", "--no-edit", "v2"});
  EXPECT_EQ(log("%G?"), "G");
  const auto shown = git({"log", "-1", "--show-signature"});
  EXPECT_THAT(shown.output, HasSubstr("merged tag 'v1'"));
  EXPECT_THAT(shown.output, HasSubstr("GitObjectMismatch"));
}

// The receiver's hooks read what the pusher signed.
class GitPush : public GitCommand {
 protected:
  GitPush() {
    must({"init", "-q", "--bare", receiver_.string()});
    set("gpg.x509.program", "signet-git");
    set("receive.certNonceSeed", "seed");
    house().folder().write("receiver.git/hooks/pre-receive",
                           "#!/bin/sh\ngit cat-file blob \"$GIT_PUSH_CERT\" >" + certificate_.string() +
                               "\necho \"$GIT_PUSH_CERT_STATUS|$GIT_PUSH_CERT_SIGNER|$GIT_PUSH_CERT_KEY|"
                               "$GIT_PUSH_CERT_NONCE_STATUS|$GIT_PUSH_OPTION_0\" >" +
                               seen_.string() + "\n",
                           0700);
  }
  void set(const std::string& key, const std::string& value) const {
    must({"-C", receiver_.string(), "config", key, value});
  }
  [[nodiscard]] std::string seen() const { return must_sh("cat " + seen_.string()); }

  const std::filesystem::path receiver_ = house().folder() / "receiver.git";
  const std::filesystem::path seen_ = house().folder() / "seen";
  const std::filesystem::path certificate_ = house().folder() / "certificate";
};

TEST_F(GitPush, TellsTheReceiverWhoAndByWhichKey) {
  commit();
  const std::string key = log("%GK");
  must({"push", "-q", "--signed", receiver_.string(), "main"});
  EXPECT_EQ(seen(), "G|" + std::string(Household::kSan) + "|" + key + "|OK|");
  EXPECT_THAT(must_sh("cat " + certificate_.string()), HasSubstr("refs/heads/main\n-----BEGIN SIGNED MESSAGE-----\n"));
}

TEST_F(GitPush, OfManyRefsWithOptionsIsOneSignature) {
  set("receive.advertisePushOptions", "true");
  const auto before = house().sandbox().counter("entries");
  must({"push", "-q", "--signed", "--push-option=tell=everybody", receiver_.string(), "main", "side"});
  EXPECT_THAT(seen(), ::testing::StartsWith("G|"));
  EXPECT_THAT(seen(), ::testing::EndsWith("|OK|tell=everybody"));
  EXPECT_EQ(house().sandbox().counter("entries"), before + 1);
}

TEST_F(GitPush, OfADeletionIsSignedToo) {
  must({"push", "-q", receiver_.string(), "main", "side"});
  must({"push", "-q", "--signed", receiver_.string(), ":side"});
  EXPECT_THAT(seen(), ::testing::StartsWith("G|"));
}

TEST_F(GitPush, BySomebodyWhoIsNotExpectedIsBad) {
  expect_signer("somebody.else@example.test", house().issuer());
  must({"push", "-q", "--signed", receiver_.string(), "main"});
  EXPECT_THAT(seen(), ::testing::StartsWith("B|"));
}

TEST_F(GitPush, IfAskedIsUnsignedWhereNobodyAsks) {
  must({"-C", receiver_.string(), "config", "--unset", "receive.certNonceSeed"});
  must({"-c", "push.gpgSign=if-asked", "push", "-q", receiver_.string(), "main"});
  EXPECT_THAT(seen(), ::testing::StartsWith("||"));
  EXPECT_EQ(git({"push", "-q", "--signed", receiver_.string(), "side"}).status, 128) << "git's own refusal";
}

}  // namespace
}  // namespace signet::test
