// Repositories that somebody else wrote, .git and all: what they say of an object is not believed, and nothing that
// they name is run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GitForeignRepository : public ::testing::Test {
 protected:
  ProcessEnd signet(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"signet", "git"});
    return git_.house().run(std::move(arguments), git_.repository());
  }
  // One that nobody signed, between two that are signed.
  void make_history() {
    git_.commit("first");
    git_.must({"commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "unsigned"});
    git_.commit("last");
  }

  GitHouse git_;
};

TEST_F(GitForeignRepository, BytesOfASignedCommitDoNotPassForAnother) {
  make_history();
  const std::string first = git_.must({"rev-parse", "HEAD~2"});
  const std::string unsigned_one = git_.must({"rev-parse", "HEAD~1"});
  ASSERT_EQ(signet({"verify", first}).status, 0);
  git_.must_sh("cd .git/objects && file() { echo $1 | sed 's,^..,&/,'; }; rm -f $(file " + unsigned_one +
               ") && cp $(file " + first + ") $(file " + unsigned_one + ")");
  const auto verified = signet({"verify", unsigned_one});
  EXPECT_EQ(verified.status, 1) << verified.output;
  EXPECT_THAT(verified.output, AllOf(HasSubstr("GitObjectMismatch"),
                                     HasSubstr("the repository holds other bytes than those of this commit")));
  const auto attested = signet({"attest", first + "..HEAD"});
  EXPECT_EQ(attested.status, 2) << attested.output;
  EXPECT_THAT(attested.errors, AllOf(HasSubstr("the repository holds other bytes than those of commit "),
                                     HasSubstr("next: see: git fsck")));
}

// What git calls the signer's key may stand in the repository's own configuration, and git does not say so.
TEST_F(GitForeignRepository, NamesAnIdentityOfYoursOrNone) {
  git_.must({"config", "user.signingKey", "signet:maintainer"});
  git_.commit("by a name that is known");
  git_.must({"config", "user.signingKey", "signet:stranger"});
  const auto end = git_.git({"commit", "-q", "--allow-empty", "-S", "-m", "by another"});
  EXPECT_NE(end.status, 0);
  EXPECT_EQ(git_.must({"log", "--format=%s %G?"}), "by a name that is known G");
}

TEST(GitForeignRepositoryOfSha256, BytesOfASignedCommitDoNotPassForAnother) {
  GitHouse git({}, "sha256");
  git.commit("good");
  const std::string other(64, 'a');
  const auto verify = [&](const std::string& id) {
    return git.house().run({"signet", "git", "verify", id}, git.repository());
  };
  EXPECT_EQ(verify("HEAD").status, 0);
  git.must_sh("mkdir -p .git/objects/aa && cp .git/objects/$(git rev-parse HEAD | sed 's,^..,&/,') .git/objects/aa/" +
              other.substr(2));
  const auto verified = verify(other);
  EXPECT_EQ(verified.status, 1) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("GitObjectMismatch"));
}

TEST_F(GitForeignRepository, GraftsHideNoCommitOfARange) {
  make_history();
  const std::string first = git_.must({"rev-parse", "HEAD~2"});
  git_.must_sh("echo $(git rev-parse HEAD) $(git rev-parse HEAD~2) > .git/info/grafts");
  const auto verified = signet({"verify", first + "..HEAD"});
  EXPECT_EQ(verified.status, 1) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("\"unsigned\""));
}

TEST_F(GitForeignRepository, ReplacementsHideNoCommit) {
  make_history();
  git_.must_sh("git replace $(git rev-parse HEAD~1) $(git rev-parse HEAD~2)");
  const auto verified = signet({"verify", "HEAD~2..HEAD"});
  EXPECT_EQ(verified.status, 1) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("\"unsigned\""));
}

TEST_F(GitForeignRepository, AShallowCloneIsNoWholeRange) {
  make_history();
  const std::string first = git_.must({"rev-parse", "HEAD~2"});
  ASSERT_EQ(signet({"verify", "HEAD~1..HEAD"}).status, 0);
  git_.must_sh("rm -f .git/objects/$(git rev-parse HEAD~1 | sed 's,^..,&/,') && git rev-parse HEAD > .git/shallow");
  const auto verified = signet({"verify", first + "..HEAD"});
  EXPECT_EQ(verified.status, 2) << verified.output;
  EXPECT_THAT(verified.errors, HasSubstr("next: this clone is shallow and may lack commits of the range: git fetch "
                                         "--unshallow"));
  EXPECT_EQ(signet({"verify", "HEAD"}).status, 0);
}

TEST_F(GitForeignRepository, AFakeAncestorTakesNoCommitOutOfARange) {
  git_.commit("before");
  make_history();
  const std::string beginning = git_.must({"rev-parse", "HEAD~2"});
  const std::string unsigned_one = git_.must({"rev-parse", "HEAD~1"});
  const auto untouched = signet({"verify", beginning + "..HEAD"});
  EXPECT_EQ(untouched.status, 1) << untouched.errors;
  EXPECT_THAT(untouched.output, AllOf(HasSubstr("\"unsigned\""), HasSubstr("\"last\"")));
  // The commit before the beginning has the last one's bytes, which name the unsigned one.
  git_.must_sh(
      "cd .git/objects && file() { git rev-parse $1 | sed 's,^..,&/,'; }; last=$(file HEAD) && "
      "before=$(file HEAD~3) && rm -f $before && cp $last $before");
  EXPECT_EQ(git_.must({"rev-list", beginning + "..HEAD"}), git_.must({"rev-parse", "HEAD"})) << "git leaves it out";
  for (const std::string& range : {beginning + "..HEAD", beginning + "...HEAD"}) {
    for (const std::string& verb : std::vector<std::string>{"verify", "show", "attest"}) {
      const auto refused = signet({verb, range});
      EXPECT_EQ(refused.status, 2) << verb << range << refused.output;
      EXPECT_THAT(refused.errors,
                  AllOf(HasSubstr("the range's beginning cannot be proved: commit " + unsigned_one.substr(0, 12) +
                                  " is left out by the repository and is no ancestor of " + beginning.substr(0, 12)),
                        HasSubstr("next: see: git fsck")));
    }
  }
}

TEST_F(GitForeignRepository, ARangeAcrossAMergeOfAnOlderHistoryIsWhole) {
  git_.commit("oldest");
  git_.must({"branch", "topic"});
  git_.commit("second");
  git_.commit("third");
  git_.must({"tag", "-a", "-m", "a tag", "beginning"});
  git_.must_sh(
      "trunk=$(git symbolic-ref --short HEAD) && git checkout -q topic && "
      "git commit -q --allow-empty -S -m aside && git checkout -q $trunk && "
      "git merge -q --no-ff -S -m merge topic");
  for (const std::string& range :
       std::vector<std::string>{"beginning..HEAD", "beginning...HEAD", "beginning...topic", "HEAD...beginning"}) {
    const auto verified = signet({"verify", range});
    EXPECT_EQ(verified.status, 0) << range << verified.errors << verified.output;
    EXPECT_THAT(verified.output, AllOf(HasSubstr("\"aside\""), Not(HasSubstr("\"oldest\"")))) << range;
  }
}

TEST_F(GitForeignRepository, NoProgramOfItIsRunToFetchWhatIsMissing) {
  make_history();
  const auto ran = git_.repository() / "ran";
  git_.must_sh(
      "git config core.repositoryFormatVersion 1 && git config extensions.partialClone away && "
      "git config remote.away.promisor true && git config protocol.ext.allow always && "
      "git config remote.away.url 'ext::touch " +
      ran.string() +
      "' && "
      "rm -f .git/objects/$(git rev-parse HEAD~1 | sed 's,^..,&/,')");
  const std::string missing = git_.must_sh("git cat-file commit HEAD | sed -n 's/^parent //p'");
  EXPECT_EQ(signet({"verify", missing}).status, 2);
  EXPECT_EQ(signet({"show", missing}).status, 2);
  EXPECT_EQ(signet({"attest", missing}).status, 2);
  EXPECT_EQ(signet({"verify", "HEAD~3..HEAD"}).status, 2);
  EXPECT_FALSE(std::filesystem::exists(ran));
  EXPECT_NE(git_.git({"cat-file", "-e", missing}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(ran)) << "git itself runs it";
}

TEST_F(GitForeignRepository, ASignatureThatHidesParentsFromGitIsRefused) {
  make_history();
  std::string commit = git_.object();
  const auto signature = commit.find("\ngpgsig ") + 1;
  const std::string header = commit.substr(signature, commit.find("\n\n") + 1 - signature);
  commit.erase(signature, header.size());
  commit.insert(commit.find("parent "), header);
  const std::string orphan = git_.store(commit);
  ASSERT_EQ(git_.must({"rev-list", "--count", orphan}), "1") << "git takes it for one without parents";
  ASSERT_EQ(git_.must({"log", "-1", "--format=%G?", orphan}), "G") << "and its signature for good";
  for (const std::string& operand : {orphan, "HEAD~2.." + orphan}) {
    const auto refused = signet({"verify", operand});
    EXPECT_EQ(refused.status, 1) << operand << refused.errors;
    EXPECT_THAT(refused.output, AllOf(HasSubstr("SignatureMalformed"),
                                      HasSubstr("a git object whose signature stands before its parent")));
  }
  EXPECT_EQ(signet({"attest", orphan}).status, 2);
}

// git fetch brings a remote's tags along, whatever they are called.
TEST_F(GitForeignRepository, ATagWithABranchsNameIsNotTakenForTheBranch) {
  make_history();
  git_.must({"update-ref", "refs/remotes/origin/main", "HEAD~2"});
  ASSERT_EQ(signet({"verify", "origin/main..HEAD"}).status, 1) << "one in it is unsigned";
  git_.must({"update-ref", "refs/tags/origin/main", "HEAD~1"});
  git_.must({"config", "core.warnAmbiguousRefs", "false"});
  ASSERT_EQ(git_.must({"rev-list", "--count", "origin/main..HEAD"}), "1") << "git takes the tag";
  for (const std::string& operand :
       std::vector<std::string>{"origin/main..HEAD", "HEAD...origin/main", "origin/main"}) {
    for (const std::string& verb : std::vector<std::string>{"verify", "show", "attest"}) {
      const auto refused = signet({verb, operand});
      EXPECT_EQ(refused.status, 2) << verb << operand << refused.output;
      EXPECT_THAT(refused.errors,
                  AllOf(HasSubstr("the name origin/main is ambiguous: several refs have it"),
                        HasSubstr("next: say which one is meant: refs/heads/origin/main refs/remotes/origin/main "
                                  "refs/tags/origin/main (git show-ref origin/main)")));
    }
  }
  const auto whole = signet({"verify", "refs/remotes/origin/main..HEAD"});
  EXPECT_EQ(whole.status, 1) << whole.errors;
  EXPECT_THAT(whole.output, HasSubstr("\"unsigned\""));
  EXPECT_EQ(signet({"verify", "refs/remotes/origin/main"}).status, 0);
}

TEST_F(GitForeignRepository, HeadAndWholeIdsAreWhatTheySayWhateverATagIsCalled) {
  git_.commit("first");
  git_.must({"commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "unsigned"});
  const std::string head = git_.must({"rev-parse", "HEAD"});
  for (const std::string& name : {std::string("HEAD"), head}) git_.must({"update-ref", "refs/tags/" + name, "HEAD~1"});
  for (const std::string& operand : {std::string("HEAD"), head, "HEAD~1.." + head, std::string("HEAD~1..HEAD")}) {
    const auto verified = signet({"verify", operand});
    EXPECT_EQ(verified.status, 1) << operand << verified.errors;
    EXPECT_THAT(verified.output, HasSubstr("refused: commit " + head.substr(0, 12))) << operand;
  }
}

TEST_F(GitForeignRepository, ANotesRefThatStandsForABranchLeavesTheBranchAlone) {
  git_.commit("one");
  const std::string before = git_.must({"rev-parse", "HEAD"});
  git_.must_sh("git symbolic-ref refs/notes/signet $(git symbolic-ref HEAD)");
  const auto refused = signet({"attest"});
  EXPECT_EQ(refused.status, 2) << refused.output;
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("refs/notes/signet is no ref of its own: it stands for refs/heads/"),
                                    HasSubstr("git symbolic-ref --delete refs/notes/signet")));
  EXPECT_EQ(git_.must({"rev-parse", "HEAD"}), before);
  git_.must({"symbolic-ref", "--delete", "refs/notes/signet"});
  EXPECT_EQ(signet({"attest"}).status, 0);
}

TEST_F(GitForeignRepository, MoreRefsOfNotesThanAnybodyHasAreNotAllRead) {
  git_.commit("one");
  git_.must_sh(
      "tree=$(git hash-object -w -t tree --stdin < /dev/null); notes=$(git commit-tree -m notes $tree); "
      "for i in $(seq 101); do echo \"create refs/notes/signet-remote/origin/signet$i $notes\"; done | "
      "git update-ref --stdin");
  const auto verified = signet({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_THAT(verified.errors, HasSubstr("more than 100 refs lie below refs/notes/signet-remote/: the rest of them is "
                                         "not read"));
}

TEST_F(GitForeignRepository, NotesThatAreNoneLeaveASignatureAsGoodAsItIs) {
  git_.commit("one");
  git_.must_sh("git update-ref refs/notes/signet-remote/origin $(echo no tree | git hash-object -w --stdin)");
  const auto verified = signet({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_THAT(verified.errors, HasSubstr("warning: refs/notes/signet-remote/origin is not read: git: "));
}

}  // namespace
}  // namespace signet::test
