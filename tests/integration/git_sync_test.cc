// Evidence on its way: two clones and a bare remote, strangers who push, and several who sync at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GitSync : public ::testing::Test {
 protected:
  void SetUp() override {
    must(ours_, {"git", "commit", "-q", "--allow-empty", "-m", "one"});
    must(ours_, {"git", "commit", "-q", "--allow-empty", "-m", "two"});
    must(ours_, {"git", "init", "-q", "--bare", bare_.string()});
    must(ours_, {"git", "remote", "add", "origin", bare_.string()});
    must(ours_, {"git", "push", "-q", "origin", "HEAD:refs/heads/main"});
    must(ours_, {"git", "clone", "-q", "-b", "main", bare_.string(), theirs_.string()});
  }
  ProcessEnd run(const std::filesystem::path& where, std::vector<std::string> arguments) {
    return house_.run(std::move(arguments), where);
  }
  std::string must(const std::filesystem::path& where, std::vector<std::string> arguments) {
    const auto end = run(where, std::move(arguments));
    EXPECT_EQ(end.status, 0) << end.errors << end.output;
    return end.output;
  }
  std::string sync(const std::filesystem::path& where) { return must(where, {"signet", "git", "sync"}); }
  std::string tip(const std::filesystem::path& where) { return must(where, {"git", "rev-parse", "refs/notes/signet"}); }

  Household house_;
  std::filesystem::path ours_ = house_.make_repository("ours");
  std::filesystem::path theirs_ = house_.folder() / "theirs";
  std::filesystem::path bare_ = house_.folder() / "bare.git";
};

TEST_F(GitSync, TakesEvidenceToTheRemoteAndToAnotherClone) {
  EXPECT_EQ(sync(ours_), "synced with origin: 0 bundles came, 0 bundles went\n");
  must(ours_, {"signet", "git", "attest"});
  EXPECT_EQ(sync(ours_), "synced with origin: 0 bundles came, 1 bundle went\n");
  EXPECT_EQ(run(theirs_, {"signet", "git", "verify"}).status, 1);
  EXPECT_EQ(sync(theirs_), "synced with origin: 1 bundle came, 0 bundles went\n");
  EXPECT_EQ(run(theirs_, {"signet", "git", "verify"}).status, 0);
  EXPECT_EQ(tip(ours_), tip(theirs_)) << "nothing was merged: there was nothing to merge";
  EXPECT_EQ(sync(ours_), "synced with origin: 0 bundles came, 0 bundles went\n");
}

TEST_F(GitSync, BringsAPartialCloneTheNotesThemselves) {
  must(bare_, {"git", "config", "uploadpack.allowFilter", "true"});
  must(ours_, {"signet", "git", "attest"});
  sync(ours_);
  const auto partial = house_.folder() / "partial";
  must(ours_, {"git", "clone", "-q", "--filter=blob:none", "-b", "main", "file://" + bare_.string(), partial.string()});
  must(partial, {"git", "fetch", "-q", "origin", "+refs/notes/signet:refs/notes/signet-remote/origin/signet"});
  const auto before = run(partial, {"signet", "git", "verify"});
  EXPECT_EQ(before.status, 1) << before.errors;
  EXPECT_THAT(before.errors, HasSubstr("warning: refs/notes/signet-remote/origin/signet is not read: "));
  EXPECT_EQ(sync(partial), "synced with origin: 1 bundle came, 0 bundles went\n");
  EXPECT_EQ(run(partial, {"signet", "git", "verify"}).status, 0);
}

TEST_F(GitSync, BringsTogetherWhatTwoClonesHaveOfOneCommitAndOfTwo) {
  must(ours_, {"signet", "git", "attest", "HEAD"});
  must(theirs_, {"signet", "git", "attest", "HEAD", "HEAD~1"});
  sync(ours_);
  EXPECT_EQ(sync(theirs_), "synced with origin: 1 bundle came, 2 bundles went\n");
  EXPECT_EQ(sync(ours_), "synced with origin: 2 bundles came, 0 bundles went\n");
  EXPECT_EQ(tip(ours_), tip(theirs_));
  EXPECT_EQ(run(ours_, {"signet", "git", "verify", "HEAD~1", "HEAD"}).status, 0);
  EXPECT_EQ(must(ours_, {"git", "notes", "--ref=signet", "show"}),
            must(theirs_, {"git", "notes", "--ref=signet", "show"}));
}

TEST_F(GitSync, TriesAgainWhereAnotherWasFaster) {
  must(ours_, {"signet", "git", "attest", "HEAD"});
  must(theirs_, {"signet", "git", "attest", "HEAD~1"});
  const auto both = run(house_.folder().path(),
                        {"sh", "-c",
                         "for i in ours theirs ours theirs; do (cd $i && signet git sync) & pids=\"$pids $!\"; "
                         "done; for p in $pids; do wait $p || exit 1; done"});
  EXPECT_EQ(both.status, 0) << both.errors;
  sync(ours_);
  sync(theirs_);
  EXPECT_EQ(run(ours_, {"signet", "git", "verify", "HEAD~1", "HEAD"}).status, 0);
  EXPECT_EQ(run(theirs_, {"signet", "git", "verify", "HEAD~1", "HEAD"}).status, 0);
}

TEST_F(GitSync, DryRunChangesNothingAndSaysWhatItWould) {
  must(ours_, {"signet", "git", "attest"});
  EXPECT_EQ(must(ours_, {"signet", "git", "sync", "--dry-run"}),
            "would sync with origin: 0 bundles came, 1 bundle went\n");
  EXPECT_NE(run(bare_, {"git", "rev-parse", "-q", "--verify", "refs/notes/signet"}).status, 0);
  EXPECT_EQ(must(ours_, {"signet", "git", "sync", "--dry-run", "--json"}),
            R"({"schema":"signet.git-sync/1","remote":"origin","dry_run":true,"came":0,"went":1,"dropped":0,)"
            R"("pushed":false,"configured":false})"
            "\n");
}

// Before the remote has any notes, too: git fetch must not fail for want of them.
TEST_F(GitSync, ConfiguredLetsEveryFetchBringTheEvidence) {
  EXPECT_THAT(must(theirs_, {"signet", "git", "sync", "--configure"}),
              HasSubstr("every git fetch of it brings its evidence"));
  EXPECT_THAT(must(theirs_, {"signet", "git", "sync", "--configure"}), Not(HasSubstr("every git fetch")));
  must(theirs_, {"git", "fetch", "-q"});
  must(ours_, {"signet", "git", "attest"});
  sync(ours_);
  EXPECT_EQ(run(theirs_, {"signet", "git", "verify"}).status, 1);
  must(theirs_, {"git", "fetch", "-q"});
  EXPECT_EQ(run(theirs_, {"signet", "git", "verify"}).status, 0);
}

TEST_F(GitSync, KeepsRemotesApartWhoseNamesBeginAlike) {
  must(theirs_, {"git", "remote", "add", "originals", bare_.string()});
  must(theirs_, {"signet", "git", "sync", "--configure"});
  must(ours_, {"signet", "git", "attest"});
  must(ours_, {"git", "push", "-q", "origin", "refs/notes/signet:refs/notes/signetals"});
  must(theirs_, {"git", "fetch", "-q", "origin"});
  EXPECT_EQ(must(theirs_, {"git", "for-each-ref", "--format=%(refname)", "refs/notes/signet-remote"}),
            "refs/notes/signet-remote/origin/signetals\n");
}

TEST_F(GitSync, TakesNoLineThatIsNoBundleAndNoNoteThatIsTooLarge) {
  must(theirs_, {"git", "config", "user.name", "Theo"});
  must(theirs_, {"git", "config", "user.email", "theo@example.test"});
  must(theirs_, {"signet", "git", "attest"});
  must(theirs_, {"git", "notes", "--ref=signet", "append", "-m", "hello"});
  must(theirs_, {"sh", "-c", "yes | head -n 65 | git notes --ref=signet add -F - HEAD~1"});
  must(theirs_, {"git", "push", "-q", "origin", "refs/notes/signet"});
  const auto end = run(ours_, {"signet", "git", "sync"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, "synced with origin: 1 bundle came, 0 bundles went\n");
  EXPECT_THAT(end.errors, HasSubstr("not taken: the note of "));
  EXPECT_THAT(end.errors, HasSubstr("1 lines that are no bundles"));
  EXPECT_THAT(end.errors, HasSubstr("a note with more than 64 lines is not read"));
  EXPECT_THAT(must(ours_, {"git", "notes", "--ref=signet", "show"}), Not(HasSubstr("hello")));
  EXPECT_NE(run(ours_, {"git", "notes", "--ref=signet", "show", "HEAD~1"}).status, 0);
  EXPECT_EQ(run(ours_, {"signet", "git", "verify"}).status, 0);
}

// A notes ref that is no commit, or has names that no note has.
TEST_F(GitSync, WithAHostileRefFailsAndLeavesOursUsable) {
  must(ours_, {"signet", "git", "attest"});
  const std::string before = tip(ours_);
  must(bare_, {"sh", "-c", "git update-ref refs/notes/signet $(echo x | git hash-object -w --stdin)"});
  EXPECT_NE(run(ours_, {"signet", "git", "sync"}).status, 0);
  EXPECT_EQ(tip(ours_), before);
  EXPECT_EQ(run(ours_, {"signet", "git", "verify"}).status, 0);
  must(bare_,
       {"sh", "-c",
        "b=$(echo x | git hash-object -w --stdin) && t=$(printf '100644 blob %s\\tnot a note\\n' $b | git mktree) && "
        "git update-ref refs/notes/signet $(git -c user.name=x -c user.email=x@y.z commit-tree -m x $t)"});
  EXPECT_EQ(sync(ours_), "synced with origin: 0 bundles came, 1 bundle went\n");
  EXPECT_EQ(run(ours_, {"signet", "git", "verify"}).status, 0);
}

TEST_F(GitSync, RunsNoHooks) {
  must(ours_,
       {"sh", "-c",
        "for h in pre-push reference-transaction; do printf '#!/bin/sh\\ntouch %s/ran\\n' \"$PWD\" > .git/hooks/$h && "
        "chmod +x .git/hooks/$h; done"});
  must(ours_, {"signet", "git", "attest"});
  sync(ours_);
  EXPECT_FALSE(std::filesystem::exists(ours_ / "ran"));
}

TEST_F(GitSync, SaysWhichRemoteItCannotReachOrFind) {
  const auto unknown = run(ours_, {"signet", "git", "sync", "upstream"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("there is no remote upstream here"));
  const auto option = run(ours_, {"signet", "git", "sync", "--", "--upload-pack=touch x"});
  EXPECT_EQ(option.status, 2);
  EXPECT_THAT(option.errors, HasSubstr("there is no remote --upload-pack=touch x here"));
  must(ours_, {"git", "remote", "add", "gone", (house_.folder() / "gone.git").string()});
  const auto gone = run(ours_, {"signet", "git", "sync", "gone"});
  EXPECT_EQ(gone.status, 3);
  EXPECT_THAT(gone.errors, HasSubstr("RepositoryUnavailable"));
  EXPECT_THAT(gone.errors, HasSubstr("try it by hand: git ls-remote gone"));
  const auto two = run(ours_, {"signet", "git", "sync", "origin", "gone"});
  EXPECT_THAT(two.errors, HasSubstr("signet git sync takes one remote"));
  must(bare_, {"git", "config", "receive.hideRefs", "refs/notes"});
  must(ours_, {"signet", "git", "attest"});
  const auto refused = run(ours_, {"signet", "git", "sync"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, HasSubstr("origin takes no notes: "));
}

TEST_F(GitSync, ShowsWhatAHookOfTheRemoteSaid) {
  house_.folder().write("bare.git/hooks/pre-receive", "#!/bin/sh\necho 'notes need a ticket' >&2\nexit 1\n", 0755);
  must(ours_, {"signet", "git", "attest"});
  const auto refused = run(ours_, {"signet", "git", "sync"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(
      refused.errors,
      AllOf(HasSubstr("RepositoryUnavailable: origin takes no notes: git: remote: notes need a ticket; ! [remote "
                      "rejected] "),
            HasSubstr("(pre-receive hook declined)"),
            HasSubstr("next: whoever keeps it must allow pushing refs/notes/signet")));
}

TEST_F(GitSync, ShowsWhatSshSaid) {
  must(ours_, {"git", "remote", "add", "far", "git@git.example.test:far.git"});
  const auto ssh = house_.folder().write(
      "ssh", "#!/bin/sh\necho 'git@git.example.test: Permission denied (publickey).' >&2\nexit 255\n", 0755);
  const auto refused =
      house_.run({"signet", "git", "sync", "far"}, ours_,
                 {{"GIT_SSH", ssh.string()}, {"GIT_SSH_VARIANT", "ssh"}, {"LC_ALL", "C.UTF-8"}, {"LANGUAGE", "de"}});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("RepositoryUnavailable: git: git@git.example.test: Permission denied (publickey); fatal: "
                              "Could not read from remote repository."),
                    HasSubstr("next: try it by hand: git ls-remote far")));
}

TEST_F(GitSync, AndTheOtherVerbsSayWhoseRepositoryItIs) {
  for (const std::string verb : {"sync", "verify", "show", "attest"}) {
    const auto refused = house_.run({"signet", "git", verb}, ours_, {{"GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"}});
    EXPECT_EQ(refused.status, 2) << verb << refused.errors;
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("git: fatal: detected dubious ownership in repository at '"),
                                      HasSubstr("next: it belongs to another user, whose programs git would run; where "
                                                "you trust it: git config --global --add safe.directory " +
                                                ours_.string())))
        << verb;
  }
}

TEST_F(GitSync, LeavesABranchAloneForWhichARefOfNotesStands) {
  must(ours_, {"signet", "git", "attest"});
  sync(ours_);
  must(theirs_, {"git", "branch", "private"});
  const std::string before = must(theirs_, {"git", "rev-parse", "private"});
  const std::string notes = must(bare_, {"git", "for-each-ref", "refs/notes/"});
  for (const char* ref : {"refs/notes/signet", "refs/notes/signet-remote/origin/signet"}) {
    must(theirs_, {"git", "symbolic-ref", ref, "refs/heads/private"});
    const auto refused = run(theirs_, {"signet", "git", "sync"});
    EXPECT_EQ(refused.status, 2) << ref << refused.output;
    EXPECT_THAT(refused.errors,
                HasSubstr(std::string(ref) + " is no ref of its own: it stands for refs/heads/private"));
    must(theirs_, {"git", "symbolic-ref", "--delete", ref});
  }
  EXPECT_EQ(must(theirs_, {"git", "rev-parse", "private"}), before);
  EXPECT_EQ(must(bare_, {"git", "for-each-ref", "refs/notes/"}), notes) << "nothing of the branch was sent";
  EXPECT_EQ(sync(theirs_), "synced with origin: 1 bundle came, 0 bundles went\n");
}

}  // namespace
}  // namespace signet::test
