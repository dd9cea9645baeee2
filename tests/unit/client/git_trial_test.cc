#include "client/cli/git_trial.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

namespace fs = std::filesystem;

TEST(GitTrial, ThatWasEndedIsRemovedAndNothingElse) {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder outside;
  const auto precious = outside.write("precious", "text");
  fs::create_directories(folder / "trial-aB3xYz/repository/.git");
  fs::create_symlink(outside.path(), folder / "trial-aB3xYz/repository/link");
  fs::create_symlink(outside.path(), folder / "trial-linked");
  fs::create_directory(folder / "trial-of-mine");
  folder.write("trial-afile", "text");
  folder.write("trial-a_file", "text");
  folder.write("global.json", "{}");
  remove_old_trials(folder.path());
  EXPECT_FALSE(fs::exists(folder / "trial-aB3xYz"));
  EXPECT_TRUE(fs::exists(precious));
  EXPECT_TRUE(fs::is_symlink(folder / "trial-linked"));
  EXPECT_TRUE(fs::exists(folder / "trial-of-mine"));
  EXPECT_TRUE(fs::exists(folder / "trial-a_file"));
  EXPECT_TRUE(fs::exists(folder / "global.json"));
}

TEST(GitTrial, ThatWasEndedInAFolderThatIsNotThereIsNoTrouble) { remove_old_trials("/nowhere/at/all"); }

}  // namespace
}  // namespace signet::cli
