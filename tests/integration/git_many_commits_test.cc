// A rebase signs one commit after the other, each by a process of its own: what is made once stays one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <algorithm>

#include "tests/integration/git_house.h"
#include "tests/integration/wire.h"
#include "tests/support/length.h"
#include "tests/support/terminal.h"
#include "tests/support/touch_module.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

// Everything that the agent started, and what that started.
std::vector<pid_t> processes_of(pid_t agent) {
  std::vector<pid_t> found = {agent};
  for (std::size_t at = 0; at < found.size(); ++at) {
    const auto children = children_of(found[at]);
    found.insert(found.end(), children.begin(), children.end());
  }
  std::ranges::sort(found);
  return found;
}

class ManyCommits : public ::testing::Test, protected GitHouse {};

// In full: 200 commits.
TEST_F(ManyCommits, OfARebaseAreGoodWithOneCertificateAndNoProcessStartedTwice) {
  const int number = length(20, 200);
  ASSERT_EQ(house().run({"signet", "logout"}).status, 0);
  must_sh("for i in $(seq " + std::to_string(number + 1) + "); do git commit -q --allow-empty -m $i; done");
  commit("the certificate is here, and all processes are");
  const auto certificates = house().sandbox().counter("certificates");
  const auto entries = house().sandbox().counter("entries");
  const auto processes = processes_of(house().agent().pid());
  EXPECT_EQ(house().run({"signet", "logout"}).status, 0);
  must({"reset", "-q", "--hard", "HEAD~1"});
  const auto end = git({"rebase", "-q", "-f", "-S", "HEAD~" + std::to_string(number)});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(verdicts("-" + std::to_string(number)), std::string(static_cast<std::size_t>(number), 'G'));
  must_sh("git verify-commit $(git rev-list -" + std::to_string(number) + " HEAD)");
  EXPECT_EQ(house().sandbox().counter("certificates"), certificates + 1);
  EXPECT_EQ(house().sandbox().counter("entries"), entries + number);
  EXPECT_EQ(processes_of(house().agent().pid()), processes);
}

// Each commit wants a finger of its own, and whoever has to give it is told which of how many it is.
class CommitsWithTouch : public ::testing::Test {
 protected:
  CommitsWithTouch() {
    git_.commit("signed");  // the certificate is here
    git_.must_sh("for i in 1 2 3; do echo $i >$i && git add $i && git commit -q -m $i; done");
    module_.allow_everything(false);
  }
  [[nodiscard]] ProcessOptions at(const Terminal& terminal, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "git");
    return {.arguments = std::move(arguments),
            .environment = git_.house().environment(),
            .directory = git_.repository(),
            .terminal = terminal.end_of_program()};
  }

  TouchModule module_;
  GitHouse git_{{.module = module_.path().string(), .module_environment = module_.environment()}};
};

TEST_F(CommitsWithTouch, OfARebaseAreCountedForWhoTouches) {
  Terminal terminal;
  Process rebase(at(terminal, {"rebase", "-q", "-f", "-S", "HEAD~3"}));
  for (const char* place : {"commit 1 of 3", "commit 2 of 3", "commit 3 of 3"}) {
    ASSERT_TRUE(terminal.shows(std::string("signet: ") + place + " of this rebase: touch token desk to sign commit by"))
        << terminal.screen();
    module_.touch();
  }
  const auto end = rebase.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_EQ(git_.verdicts(), "GGGG");
}

// git's own numbers count the commands, too.
TEST_F(CommitsWithTouch, OfARebaseThatRunsCommandsAreCountedWithoutThem) {
  Terminal terminal;
  Process rebase(at(terminal, {"rebase", "-q", "-f", "-S", "-x", "true", "HEAD~2"}));
  for (const char* place : {"commit 1 of 2", "commit 2 of 2"}) {
    ASSERT_TRUE(terminal.shows(std::string("signet: ") + place + " of this rebase: touch token desk to sign commit by"))
        << terminal.screen();
    module_.touch();
  }
  const auto end = rebase.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
}

TEST_F(CommitsWithTouch, OfARevertSayHowManyAreLeft) {
  Terminal terminal;
  Process revert(at(terminal, {"-c", "core.editor=true", "revert", "-S", "--no-edit", "HEAD~2..HEAD"}));
  if (!terminal.shows("this commit and 1 more of this revert: touch token desk")) {
    FAIL() << terminal.screen() << revert.errors();
  }
  module_.touch();
  ASSERT_TRUE(terminal.shows("signet: touch token desk")) << terminal.screen();
  module_.touch();
  const auto end = revert.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
}

TEST_F(CommitsWithTouch, OneByOneAreNotCounted) {
  Terminal terminal;
  Process commit(at(terminal, {"commit", "-q", "--allow-empty", "-S", "-m", "single"}));
  ASSERT_TRUE(terminal.shows("touch token desk to sign commit by")) << terminal.screen();
  module_.touch();
  ASSERT_TRUE(commit.wait(soon()));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr(" of this ")));
}

}  // namespace
}  // namespace signet::test
