// What signet git attest does where the notes cannot be written: looked at before a token is touched, and not lost
// after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include "common/file.h"
#include "tests/integration/git_house.h"
#include "tests/support/touch_module.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class GitAttest : public ::testing::Test, protected GitHouse {
 protected:
  GitAttest() { must({"commit", "-q", "--allow-empty", "-m", "one"}); }

  ProcessEnd signet(std::vector<std::string> arguments, std::map<std::string, std::string> more = {}) {
    arguments.insert(arguments.begin(), {"signet", "git"});
    return house().run(std::move(arguments), repository(), std::move(more));
  }
  void expect_refused_unsigned(std::string_view reason) {
    const auto entries = house().sandbox().counter("entries");
    const auto end = signet({"attest"});
    EXPECT_EQ(end.status, 2) << end.output;
    EXPECT_THAT(end.errors, AllOf(HasSubstr(reason), HasSubstr("; nothing was signed (looking whether "
                                                               "refs/notes/signet can be written)")));
    EXPECT_EQ(house().sandbox().counter("entries"), entries);
  }
  void expect_attested() {
    const auto end = signet({"attest"});
    EXPECT_EQ(end.status, 0) << end.errors;
    EXPECT_EQ(signet({"verify"}).status, 0);
  }
  // A git that cannot write notes, once it has looked whether it can.
  std::string path_to_a_git_that_writes_nothing() {
    const auto folder = house().folder() / "bin";
    std::filesystem::create_directory(folder);
    must_sh("cat > " + (folder / "git").string() +
            " <<'END'\n#!/bin/sh\ncase \" $* \" in *' fast-import '*)\n  [ -e \"$0.once\" ] && { echo 'fatal: no space "
            "left' >&2; exit 128; }\n  touch \"$0.once\";;\nesac\nPATH=${PATH#*:} exec git \"$@\"\nEND\nchmod +x " +
            (folder / "git").string());
    return folder.string() + ":" + std::getenv("PATH");
  }
  // "… signet git attest --from FILE": FILE.
  static std::string file_of(const std::string& errors) {
    const auto at = errors.find("--from ");
    EXPECT_NE(at, std::string::npos) << errors;
    return at == std::string::npos ? "" : errors.substr(at + 7, errors.find('\n', at) - at - 7);
  }
};

TEST_F(GitAttest, SignsNothingWhereTheRefIsLocked) {
  must_sh("mkdir -p .git/refs/notes && touch .git/refs/notes/signet.lock");
  expect_refused_unsigned("refs/notes/signet.lock': File exists.");
  must_sh("rm .git/refs/notes/signet.lock");
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereAnotherRefIsInItsPlace) {
  must({"update-ref", "refs/notes/signet/mine", "HEAD"});
  expect_refused_unsigned("'refs/notes/signet/mine' exists; cannot create 'refs/notes/signet'");
  must({"update-ref", "-d", "refs/notes/signet/mine"});
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereTheRefStandsForABranch) {
  must({"symbolic-ref", "refs/notes/signet", "refs/heads/main"});
  expect_refused_unsigned("refs/notes/signet is no ref of its own: it stands for refs/heads/main");
  must({"symbolic-ref", "--delete", "refs/notes/signet"});
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereTheRefIsCheckedOut) {
  must({"update-ref", "refs/notes/signet", must({"commit-tree", "-m", "notes", "HEAD^{tree}"})});
  must({"symbolic-ref", "HEAD", "refs/notes/signet"});
  const auto end = signet({"attest", "main"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("refs/notes/signet is checked out in a work tree; nothing was signed"));
  must({"symbolic-ref", "HEAD", "refs/heads/main"});
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereTheRefIsNoCommits) {
  must({"update-ref", "refs/notes/signet", must({"rev-parse", "HEAD^{tree}"})});
  expect_refused_unsigned("refs/notes/signet is no commit of notes, but a tree");
  must({"update-ref", "-d", "refs/notes/signet"});
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereGitCanMakeNoPack) {
  must_sh("rmdir .git/objects/pack && touch .git/objects/pack");
  expect_refused_unsigned("git: fatal: Unable to create temporary file");
  must_sh("rm .git/objects/pack && mkdir .git/objects/pack");
  expect_attested();
}

TEST_F(GitAttest, SignsNothingWhereTheNoteIsFull) {
  expect_attested();
  must_sh(
      "note=$(git notes --ref=signet show); for i in $(seq 64); do printf \"%${i}s%s\\n\" '' \"$note\"; done > full; "
      "git notes --ref=signet add -f -F full HEAD");
  const auto entries = house().sandbox().counter("entries");
  const auto end = signet({"attest", "--again"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("LimitExceeded: the note of "), HasSubstr(" is full; nothing was signed")));
  EXPECT_EQ(house().sandbox().counter("entries"), entries);
}

TEST_F(GitAttest, KeepsWhatWasSignedAndCouldNotBeWritten) {
  const auto end = signet({"attest"}, {{"PATH", path_to_a_git_that_writes_nothing()}});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("git: fatal: no space left (writing refs/notes/signet)"),
                                HasSubstr("next: what was signed is kept; when that is mended: signet git attest "
                                          "--from ")));
  EXPECT_EQ(signet({"verify"}).status, 1);
  const auto entries = house().sandbox().counter("entries");
  house().agent().send_signal(SIGTERM);
  ASSERT_TRUE(house().agent().wait(Deadline::after(std::chrono::minutes(1))));
  const auto written = signet({"attest", "--from", file_of(end.errors)});
  EXPECT_EQ(written.status, 0) << written.errors;
  EXPECT_EQ(written.output, "attested: commit " + must({"rev-parse", "HEAD"}).substr(0, 12) + "\n");
  EXPECT_EQ(house().sandbox().counter("entries"), entries);
  EXPECT_EQ(signet({"verify"}).status, 0);
}

TEST_F(GitAttest, KeepsItForItsOwnerAlone) {
  const auto end = signet({"attest"}, {{"PATH", path_to_a_git_that_writes_nothing()}});
  const std::filesystem::path file = file_of(end.errors);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(file.parent_path().string(), testing::EndsWith("/signet/git-attest"));
}

TEST_F(GitAttest, SaysWhatWasSignedIsLostWhereThereIsNoPlaceForIt) {
  const auto file = house().folder().write("no-folder", "x");
  const auto end =
      signet({"attest"}, {{"PATH", path_to_a_git_that_writes_nothing()}, {"XDG_STATE_HOME", file.string()}});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("next: what was signed is lost, because there is no place for it either: "));
}

// Each commit wants a finger.
class GitAttestWithTouch : public ::testing::Test {
 protected:
  GitAttestWithTouch() {
    git_.commit("the certificate is here");
    git_.must_sh("for i in 1 2 3; do git commit -q --allow-empty --no-gpg-sign -m $i; done");
    module_.allow_everything(false);
  }
  [[nodiscard]] ProcessOptions attest() const {
    return {.arguments = {program("signet"), "git", "attest", "HEAD~2..HEAD"},
            .environment = git_.house().environment(),
            .directory = git_.repository()};
  }
  // Waits until somebody is asked to touch the token.
  void wait_for_touch() const {
    const auto asked = [this] {
      return git_.house().run({"signet", "status"}).output.find("waits for") != std::string::npos;
    };
    for (const auto deadline = Deadline::after(std::chrono::minutes(1)); !asked(); ::usleep(10'000)) {
      ASSERT_FALSE(deadline.passed()) << git_.house().run({"signet", "status"}).output;
    }
  }

  TouchModule module_;
  GitHouse git_{{.module = module_.path().string(), .module_environment = module_.environment()}};
};

TEST_F(GitAttestWithTouch, KeepsWhatWasSignedBeforeASignal) {
  Process attesting(attest());
  wait_for_touch();
  module_.touch();
  for (const auto deadline = Deadline::after(std::chrono::minutes(1));
       attesting.output().find("attested: commit ") == std::string::npos; ::usleep(10'000)) {
    ASSERT_FALSE(deadline.passed()) << attesting.errors();
  }
  attesting.send_signal(SIGINT);
  const auto end = attesting.wait(Deadline::after(std::chrono::minutes(1)));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 128 + SIGINT) << end->errors;
  EXPECT_THAT(end->errors,
              HasSubstr("signet: interrupted: 1 commit was attested; the same call again attests the others\n"));
  EXPECT_EQ(git_.must_sh("git notes --ref=signet list | wc -l"), "1");
}

TEST_F(GitAttest, FromAFileTakesNothingElse) {
  expect_attested();
  must_sh("git notes --ref=signet show > good");
  const auto expect = [this](std::vector<std::string> more, std::string_view reason) {
    more.insert(more.begin(), {"attest", "--from"});
    const auto end = signet(more);
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.errors, HasSubstr(reason));
  };
  EXPECT_EQ(signet({"attest", "--from", "good"}).status, 0);
  expect({"good", "HEAD"}, "--from names a file of evidence, and nothing else counts beside it");
  expect({"good", "--again"}, "--from names a file of evidence");
  expect({"good", "--countersign"}, "--from names a file of evidence");
  expect({"good", "--identity", "maintainer"}, "--from names a file of evidence");
  expect({"nowhere"}, "nowhere");
  must_sh("cat good good > twice; echo hello > words; : > empty");
  expect({"twice"}, "line 2 is the second one about commit ");
  expect({"words"}, "(line 1) (reading words)");
  expect({"empty"}, "there is no bundle in it (reading empty)");
}

TEST_F(GitAttest, FromAFileIsOfCommitsThatAreHere) {
  expect_attested();
  const auto file = house().folder() / "evidence.jsonl";
  must_sh("git notes --ref=signet show > " + file.string());
  const auto elsewhere = house().make_repository("elsewhere");
  const auto end = house().run({"signet", "git", "attest", "--from", file.string()}, elsewhere);
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("there is no revision " + must({"rev-parse", "HEAD"})));
  const auto refs = house().run({"git", "for-each-ref"}, elsewhere);
  EXPECT_THAT(refs.output, Not(HasSubstr("refs/notes")));
}

}  // namespace
}  // namespace signet::test
