// git that is ended while a finger is awaited: nobody is asked for a touch that nobody needs, and nothing is stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <algorithm>

#include "tests/integration/git_house.h"
#include "tests/integration/wire.h"
#include "tests/support/terminal.h"
#include "tests/support/touch_module.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

class GitInterrupted : public ::testing::Test {
 protected:
  GitInterrupted() {
    git_.commit("before");
    module_.allow_everything(false);
  }
  [[nodiscard]] ProcessOptions commit_options() const {
    return {.arguments = {"git", "commit", "-q", "--allow-empty", "-S", "-m", "interrupted"},
            .environment = git_.house().environment(),
            .directory = git_.repository()};
  }
  [[nodiscard]] ProcessOptions at(const Terminal& terminal) const {
    auto options = commit_options();
    options.terminal = terminal.end_of_program();
    return options;
  }
  [[nodiscard]] bool is_awaited() const { return git_.house().run({"signet", "status"}).output.contains("waits for"); }
  [[nodiscard]] bool comes_to_be_awaited(bool awaited) const {
    for (const Deadline deadline = soon(); !deadline.passed(); ::usleep(20'000)) {
      if (is_awaited() == awaited) return true;
    }
    return false;
  }
  void expect_cancelled() const {
    EXPECT_TRUE(comes_to_be_awaited(false)) << "the request is withdrawn";
    const auto lines = audit_lines(git_.house());
    EXPECT_EQ(std::ranges::count_if(lines,
                                    [](const std::string& line) {
                                      return line.contains(R"("event":"outcome")") &&
                                             line.contains(R"("error":"Cancelled")");
                                    }),
              1);
    EXPECT_EQ(git_.log("%s"), "before") << "nothing is stored";
  }
  // The token was not told and still blinks (PKCS#11 takes nothing back): the finger that it gets is for nobody. The
  // next commit is served as ever.
  void expect_next() const {
    module_.touch();
    for (const Deadline deadline = soon(); std::filesystem::exists(module_.beside("finger")) && !deadline.passed();) {
      ::usleep(2'000);
    }
    Terminal terminal;
    Process next(at(terminal));
    ASSERT_TRUE(terminal.shows("touch token desk")) << terminal.screen();
    module_.touch();
    const auto end = next.wait(soon());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status, 0) << end->errors;
    EXPECT_EQ(git_.log("%G? %s"), "G interrupted");
  }

  TouchModule module_;
  GitHouse git_{{.module = module_.path().string(), .module_environment = module_.environment()}};
};

// As an IDE does: git's program is not told.
TEST_F(GitInterrupted, BySigtermAloneWithdrawsTheRequest) {
  Terminal terminal;
  Process git(at(terminal));
  ASSERT_TRUE(terminal.shows("touch token desk")) << terminal.screen();
  EXPECT_TRUE(is_awaited());
  git.send_signal(SIGTERM);
  const auto end = git.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 128 + SIGTERM);
  expect_cancelled();
  expect_next();
}

TEST_F(GitInterrupted, ByCtrlCWithdrawsTheRequest) {
  Terminal terminal;
  Process git(at(terminal));
  ASSERT_TRUE(terminal.shows("touch token desk")) << terminal.screen();
  terminal.type("\x03");
  const auto end = git.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 128 + SIGINT);
  expect_cancelled();
  expect_next();
}

// In an editor, or under CI: the finger is asked for elsewhere (signet status, [touch] notify).
TEST_F(GitInterrupted, ByNothingSignsWithoutATerminalToo) {
  auto options = commit_options();
  options.without_terminal = true;
  Process git(options);
  ASSERT_TRUE(comes_to_be_awaited(true));
  module_.touch();
  const auto end = git.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_EQ(git_.log("%G? %s"), "G interrupted");
}

}  // namespace
}  // namespace signet::test
