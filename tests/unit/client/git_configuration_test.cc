#include "client/cli/git_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

using test::expect_refusal;

// A global file of the test's own, and no repository.
class GitConfiguration : public testing::Test {
 protected:
  GitConfiguration() {
    ::setenv("GIT_CONFIG_GLOBAL", (folder_ / "gitconfig").c_str(), 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    ::setenv("GIT_DIR", (folder_ / "none").c_str(), 1);
  }
  ~GitConfiguration() override {
    for (const char* name : {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_DIR"}) ::unsetenv(name);
  }
  GitConfiguration(const GitConfiguration&) = delete;
  GitConfiguration& operator=(const GitConfiguration&) = delete;

  GitValues read(const std::string& key) { return read_git_values(GitScope::Global, key).value(); }

  test::TemporaryFolder folder_;
};

TEST_F(GitConfiguration, ReadsSeveralValuesEmptyOnesAndKeysWithoutOne) {
  folder_.write("gitconfig", "[a]\n\tb = one\n\tB = \"two\\nlines\"\n\tc =\n\td\n[x]\n\tb = other\n");
  EXPECT_EQ(read("a.b"), (GitValues{"one", "two\nlines"}));
  EXPECT_EQ(read("a.c"), (GitValues{""}));
  EXPECT_EQ(read("a.d"), (GitValues{std::nullopt}));
  EXPECT_EQ(read("a.e"), GitValues{});
}

TEST_F(GitConfiguration, WithoutAFileHasNoValues) { EXPECT_EQ(read("a.b"), GitValues{}); }

TEST_F(GitConfiguration, WritesWhatItReadsAndRemovesTheKey) {
  const std::string text = "# mine\n[a]\n\tb = one # why\n";
  folder_.write("gitconfig", text);
  for (const GitValues& values : {GitValues{"x"}, GitValues{"x", "y; z", ""}, GitValues{"\"q\" \\"}, GitValues{}}) {
    ASSERT_TRUE(write_git_values(GitScope::Global, "a.c", values));
    EXPECT_EQ(read("a.c"), values);
  }
  EXPECT_TRUE(write_git_values(GitScope::Global, "a.c", {})) << "what is not there is removed";
  EXPECT_EQ(read_file(folder_ / "gitconfig", 1000), text);
}

TEST_F(GitConfiguration, ThatGitCannotReadIsAnErrorInItsWords) {
  folder_.write("gitconfig", "[a\n");
  expect_refusal(read_git_values(GitScope::Global, "a.b"), ErrorCode::InvalidRequest, "git: fatal: bad config line 1");
  expect_refusal(list_git_configuration(), ErrorCode::InvalidRequest, "bad config line 1");
  folder_.write("gitconfig", "[a]\n");
  EXPECT_TRUE(read_git_values(GitScope::Global, "a.b"));
  EXPECT_TRUE(list_git_configuration());
}

TEST_F(GitConfiguration, ListsWhereEachValueStandsAndTheLastOneCounts) {
  const auto included = folder_.write("more", "[a]\n\tB = two\n");
  folder_.write("gitconfig", "[a]\n\tb = one\n[include]\n\tpath = " + included.string() + "\n");
  const auto entries = list_git_configuration();
  ASSERT_TRUE(entries) << entries.error().sentence();
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ(entries->back().scope, "global");
  EXPECT_EQ(entries->back().origin, "file:" + included.string());
  EXPECT_EQ(entries->back().key, "a.b");
  EXPECT_EQ(effective_value(*entries, "A.b"), "two");
  EXPECT_EQ(effective_value(*entries, "a.c"), std::nullopt);
}

TEST_F(GitConfiguration, OfNoRepositoryCannotBeNamed) {
  expect_refusal(git_common_folder(), ErrorCode::InvalidRequest, "not a git repository");
}

TEST(GitValuesText, TellsUnsetFromEmptyAndIsSafeToShow) {
  EXPECT_EQ(git_values_text({}), "unset");
  EXPECT_EQ(git_values_text({""}), "\"\"");
  EXPECT_EQ(git_values_text({"a", std::nullopt}), "a, true");
  EXPECT_EQ(git_values_text({"\033[2J"}).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace signet::cli
