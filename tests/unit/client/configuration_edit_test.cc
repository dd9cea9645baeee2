#include "client/cli/configuration_edit.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <optional>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::expect_refusal;

class EditOfTheConfiguration : public testing::Test {
 protected:
  [[nodiscard]] Result<ConfigurationEdit> begin() const {
    return ConfigurationEdit::begin(folder_ / "config.toml", Deadline::after(0ms));
  }
  test::TemporaryFolder folder_;
};

TEST_F(EditOfTheConfiguration, ReplacesTheTextAndKeepsThePermissions) {
  folder_.write("config.toml", "# mine\n", 0640);
  const auto edit = begin();
  ASSERT_TRUE(edit) << edit.error().sentence();
  EXPECT_EQ(edit->text(), "# mine\n");
  ASSERT_TRUE(edit->replace("# ours\n"));
  EXPECT_EQ(read_file(folder_ / "config.toml", 100), "# ours\n");
  EXPECT_EQ(fs::status(folder_ / "config.toml").permissions(), fs::perms{0640});
}

TEST_F(EditOfTheConfiguration, IsMadeByOneAtATime) {
  std::optional<ConfigurationEdit> first(begin().value());
  expect_refusal(begin(), ErrorCode::Deadline, "another program is updating " + (folder_ / "config.toml").string());
  first.reset();
  EXPECT_TRUE(begin());
}

TEST_F(EditOfTheConfiguration, LeavesWhatAnEditorSavedMeanwhile) {
  folder_.write("config.toml", "# mine\n");
  const auto edit = begin();
  ASSERT_TRUE(edit);
  folder_.write("config.toml", "# the editor's\n");
  const auto refused = edit->replace("# ours\n");
  expect_refusal(refused, ErrorCode::InvalidRequest, "was changed by another program meanwhile");
  EXPECT_EQ(refused.error().remedy, "run the command again");
  EXPECT_EQ(read_file(folder_ / "config.toml", 100), "# the editor's\n");
  ASSERT_TRUE(fs::remove(folder_ / "config.toml"));
  expect_refusal(edit->replace("# ours\n"), ErrorCode::InvalidRequest, "was changed by another program meanwhile");
}

TEST_F(EditOfTheConfiguration, LeavesALinkAndReplacesWhatItLeadsTo) {
  fs::create_directory(folder_ / "dotfiles");
  folder_.write("dotfiles/signet.toml", "# mine\n");
  fs::create_symlink("dotfiles/signet.toml", folder_ / "config.toml");
  const auto edit = begin();
  ASSERT_TRUE(edit) << edit.error().sentence();
  ASSERT_TRUE(edit->replace("# ours\n"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "config.toml"));
  EXPECT_EQ(read_file(folder_ / "dotfiles/signet.toml", 100), "# ours\n");
}

TEST_F(EditOfTheConfiguration, RefusesALinkThatLeadsNowhere) {
  fs::create_symlink("none.toml", folder_ / "config.toml");
  const auto refused = begin();
  expect_refusal(refused, ErrorCode::InvalidRequest, "is a link that leads to no file");
  EXPECT_EQ(refused.error().remedy, "make the file that it leads to, or remove the link");
  folder_.write("none.toml", "");
  EXPECT_TRUE(begin());
}

TEST_F(EditOfTheConfiguration, RefusesAFileThatItsOwnerClosed) {
  const fs::path file = folder_.write("config.toml", "# mine\n", 0444);
  const auto refused = begin();
  expect_refusal(refused, ErrorCode::InvalidRequest, "config.toml: is read-only");
  EXPECT_EQ(refused.error().remedy, "chmod u+w " + file.string());
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_TRUE(begin());
}

TEST_F(EditOfTheConfiguration, MakesTheFolderForItsOwnerAlone) {
  const mode_t before = ::umask(002);
  const auto edit = ConfigurationEdit::begin(folder_ / "home/signet/config.toml", Deadline::after(0ms));
  ::umask(before);
  ASSERT_TRUE(edit) << edit.error().sentence();
  EXPECT_EQ(edit->text(), "");
  for (const char* name : {"home", "home/signet"}) {
    EXPECT_EQ(fs::status(folder_ / name).permissions(), fs::perms::owner_all) << name;
  }
}

}  // namespace
}  // namespace signet::cli
