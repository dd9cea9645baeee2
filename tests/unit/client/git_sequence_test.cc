// What git writes of a rebase, am, cherry-pick or revert, as git 2.39 writes it (integration/git_many_commits_test.cc
// lets it); and files that git would not write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "client/git/sequence.h"
#include "tests/support/temporary_folder.h"

namespace signet::git_program {
namespace {

using testing::IsEmpty;

class Sequence : public testing::Test {
 protected:
  void write(const std::string& file, std::string_view text) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    folder_.write(file, text);
  }
  void write_rebase(std::string_view done, std::string_view todo) const {
    write(".git/rebase-merge/done", done);
    write(".git/rebase-merge/git-rebase-todo", todo);
  }
  [[nodiscard]] std::string place() const { return place_in_sequence(folder_.path()); }

  test::TemporaryFolder folder_;
};

TEST_F(Sequence, IsNoneWhereGitIsWithinNone) { EXPECT_THAT(place(), IsEmpty()); }

TEST_F(Sequence, OfARebaseSaysWhichOfHowMany) {
  write_rebase("pick 366bee3 c1\npick e1c3e9d c2\npick 0c3e9d1 c3\n", "pick d0ae3f3 c4\npick a59f04f c5\n");
  EXPECT_EQ(place(), "commit 3 of 5 of this rebase");
}

// What git 2.39.5 writes for `git rebase -r -x true --update-refs`; its "msgnum" and "end" are 3 and 11.
TEST_F(Sequence, CountsCommitsAloneAmongTheCommandsOfARebase) {
  write_rebase("label onto\n\nreset onto\npick d0ae3f3 2\n",
               "exec true\npick a59f04f 3\nexec true\nupdate-ref refs/heads/b1\n\npick 1e05994 4\nexec true");
  EXPECT_EQ(place(), "commit 1 of 3 of this rebase");
}

// git-rebase(1), "INTERACTIVE MODE".
TEST_F(Sequence, KnowsEachCommandOfARebaseInFullAndShort) {
  for (const char* command : {"pick", "p", "edit", "e", "reword", "r", "fixup", "f", "fixup -C", "squash", "s", "merge",
                              "m", "merge -C", "\tpick"}) {
    write_rebase("pick 366bee3 c1\n", std::string(command) + " e1c3e9d c2\n");
    EXPECT_EQ(place(), "commit 1 of 2 of this rebase") << command;
  }
  for (const char* command : {"exec pick", "x", "break", "b", "label x", "l x", "reset x", "t x", "update-ref x", "u x",
                              "drop x", "d x", "noop", "# pick x", "", "  "}) {
    write_rebase("pick 366bee3 c1\n", std::string(command) + "\n");
    EXPECT_EQ(place(), "commit 1 of 1 of this rebase") << command;
  }
}

TEST_F(Sequence, IsNoneWhereALineIsNotUnderstood) {
  for (const char* line : {"picked e1c3e9d c2", "; a comment of core.commentChar", "PICK x", "\x1b[31mpick x"}) {
    write_rebase("pick 366bee3 c1\n", std::string("pick e1c3e9d c2\n") + line + "\n");
    EXPECT_THAT(place(), IsEmpty()) << line;
    write(".git/sequencer/todo", std::string("pick 366bee3 c3\npick e1c3e9d c4\n") + line + "\n");
    EXPECT_THAT(place(), IsEmpty()) << line;
    std::filesystem::remove_all(folder_ / ".git/sequencer");
  }
  write_rebase("pick 366bee3 c1\n", "pick e1c3e9d c2\n# a comment\n");
  EXPECT_EQ(place(), "commit 1 of 2 of this rebase");
}

TEST_F(Sequence, IsNoneBeforeTheFirstCommitOfARebaseAndWhereAFileIsMissing) {
  write_rebase("exec git commit\n", "pick 366bee3 c1\n");
  EXPECT_THAT(place(), IsEmpty());
  write_rebase("pick 366bee3 c1\n", "");
  EXPECT_EQ(place(), "commit 1 of 1 of this rebase");
  std::filesystem::remove(folder_ / ".git/rebase-merge/git-rebase-todo");
  EXPECT_THAT(place(), IsEmpty());
}

TEST_F(Sequence, OfPatchesIsToldFromARebaseThatAppliesThem) {
  write(".git/rebase-apply/next", "2\n");
  write(".git/rebase-apply/last", "5\n");
  EXPECT_EQ(place(), "commit 2 of 5 of this rebase");
  write(".git/rebase-apply/applying", "");
  EXPECT_EQ(place(), "commit 2 of 5 of this am");
}

TEST_F(Sequence, OfCherryPicksAndRevertsSaysWhatIsLeft) {
  write(".git/sequencer/todo", "pick 366bee3 c3\npick e1c3e9d c4\n# a comment\n\npick 0c3e9d1 c5");
  EXPECT_EQ(place(), "this commit and 2 more of this cherry-pick");
  write(".git/sequencer/todo", "revert 366bee3 c3\nrevert e1c3e9d c4\n");
  EXPECT_EQ(place(), "this commit and 1 more of this revert");
  write(".git/sequencer/todo", "revert 366bee3 c3\n");
  EXPECT_THAT(place(), IsEmpty()) << "the last one is one";
}

TEST_F(Sequence, OfAnAddedWorkTreeLiesWhereItsFileSays) {
  write("elsewhere/rebase-merge/done", "pick 366bee3 c1\n");
  write("elsewhere/rebase-merge/git-rebase-todo", "pick e1c3e9d c2\n");
  write(".git", "gitdir: " + (folder_ / "elsewhere").string() + "\n");
  EXPECT_EQ(place(), "commit 1 of 2 of this rebase");
  write(".git", "gitdir: elsewhere\n");
  EXPECT_EQ(place(), "commit 1 of 2 of this rebase");
}

TEST_F(Sequence, IsNoneWhereTheFilesSayNonsense) {
  write(".git/rebase-apply/last", "200\n");
  for (const char* number :
       {"", "x", "0", "-1", "3 \x1b[31m", "201", "99999999999", "3\x1b[31m\n", "00000000000000000000000000000000003"}) {
    write(".git/rebase-apply/next", number);
    EXPECT_THAT(place(), IsEmpty()) << number;
  }
  write(".git/rebase-apply/next", "3\n");
  EXPECT_EQ(place(), "commit 3 of 200 of this rebase");
}

TEST_F(Sequence, IsNoneWhereAListIsLongerThanAnybodyWrites) {
  std::string list;
  while (list.size() <= (1U << 20U)) list += "pick 366bee3 c1\n";
  write_rebase("pick 366bee3 c1\n", list);
  EXPECT_THAT(place(), IsEmpty());
}

// A pipe would hold whoever reads it.
TEST_F(Sequence, DoesNotWaitForWhatIsNoFile) {
  write(".git/rebase-merge/done", "pick 366bee3 c1\n");
  ASSERT_EQ(::mkfifo((folder_ / ".git/rebase-merge/git-rebase-todo").c_str(), 0600), 0);
  EXPECT_THAT(place(), IsEmpty());
}

}  // namespace
}  // namespace signet::git_program
