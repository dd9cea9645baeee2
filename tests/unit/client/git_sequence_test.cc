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
  [[nodiscard]] std::string place() const { return place_in_sequence(folder_.path()); }

  test::TemporaryFolder folder_;
};

TEST_F(Sequence, IsNoneWhereGitIsWithinNone) { EXPECT_THAT(place(), IsEmpty()); }

TEST_F(Sequence, OfARebaseSaysWhichOfHowMany) {
  write(".git/rebase-merge/msgnum", "3\n");
  write(".git/rebase-merge/end", "200\n");
  EXPECT_EQ(place(), "commit 3 of 200 of this rebase");
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
  write("elsewhere/rebase-merge/msgnum", "1\n");
  write("elsewhere/rebase-merge/end", "2\n");
  write(".git", "gitdir: " + (folder_ / "elsewhere").string() + "\n");
  EXPECT_EQ(place(), "commit 1 of 2 of this rebase");
  write(".git", "gitdir: elsewhere\n");
  EXPECT_EQ(place(), "commit 1 of 2 of this rebase");
}

TEST_F(Sequence, IsNoneWhereTheFilesSayNonsense) {
  write(".git/rebase-merge/end", "200\n");
  for (const char* number :
       {"", "x", "0", "-1", "3 \x1b[31m", "201", "99999999999", "3\x1b[31m\n", "00000000000000000000000000000000003"}) {
    write(".git/rebase-merge/msgnum", number);
    EXPECT_THAT(place(), IsEmpty()) << number;
  }
  write(".git/rebase-merge/msgnum", "3\n");
  EXPECT_EQ(place(), "commit 3 of 200 of this rebase");
}

// A pipe would hold whoever reads it.
TEST_F(Sequence, DoesNotWaitForWhatIsNoFile) {
  write(".git/rebase-merge/end", "200\n");
  ASSERT_EQ(::mkfifo((folder_ / ".git/rebase-merge/msgnum").c_str(), 0600), 0);
  EXPECT_THAT(place(), IsEmpty());
}

}  // namespace
}  // namespace signet::git_program
