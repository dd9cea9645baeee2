// What was signed is good for years: when the certificate has long ended, and neither agent nor services nor a network
// are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "tests/integration/git_house.h"
#include "tests/integration/years_later.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class GitYears : public ::testing::Test, protected GitHouse {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer and the clock would both stand before the C library";
    commit();
    must({"tag", "-s", "v1", "-m", "one"});
    house().agent().send_signal(SIGTERM);
    ASSERT_TRUE(house().agent().wait(Deadline::after(std::chrono::minutes(1))));
    house().sandbox().stop(SIGTERM);
  }
  [[nodiscard]] ProcessEnd later(std::vector<std::string> arguments) const {
    if (arguments.front() == "signet") arguments.front() = program("signet");
    return house().run(without_network(std::move(arguments)), repository(), years_later());
  }
};

TEST_F(GitYears, LaterCommitAndTagAreGoodForGit) {
  const auto when = later({"git", "log", "-1", "--format=%cr"});
  ASSERT_EQ(when.output, "5 years ago\n") << when.errors;
  const auto letters = later({"git", "log", "-1", "--format=%G? %GS %GT"});
  EXPECT_EQ(letters.output, "G " + std::string(Household::kSan) + " fully\n") << letters.errors;
  EXPECT_EQ(later({"git", "verify-commit", "HEAD"}).status, 0);
  EXPECT_EQ(later({"git", "verify-tag", "v1"}).status, 0);
}

TEST_F(GitYears, LaterSignetSaysWhoSignedAndWhen) {
  for (const char* verb : {"verify", "show"}) {
    const auto end = later({"signet", "git", verb, "HEAD", "v1"});
    EXPECT_EQ(end.status, 0) << verb << end.errors << end.output;
    EXPECT_THAT(end.output,
                AllOf(HasSubstr("identity   " + std::string(Household::kSan)), HasSubstr("\n  log        ")))
        << verb;
  }
}

// What would be wrong today is wrong then: time heals nothing.
TEST_F(GitYears, LaterAChangedCommitIsStillBad) {
  const std::string forged =
      must_sh("git cat-file commit HEAD | sed 's/^one$/two/' | git hash-object -w -t commit --stdin");
  EXPECT_EQ(later({"git", "log", "-1", "--format=%G?", forged}).output, "B\n");
}

}  // namespace
}  // namespace signet::test
