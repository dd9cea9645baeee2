#include "client/cli/git_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using test::expect_refusal;
using testing::HasSubstr;

Deadline soon() { return Deadline::after(60s); }

// A git of the test's own is first in PATH, where one is written.
class GitCommandTest : public testing::Test {
 protected:
  GitCommandTest() { ::setenv("PATH", (folder_.path().native() + ":" + path_).c_str(), 1); }
  ~GitCommandTest() override { ::setenv("PATH", path_.c_str(), 1); }
  GitCommandTest(const GitCommandTest&) = delete;
  GitCommandTest& operator=(const GitCommandTest&) = delete;

  void write_git(const std::string& script) { folder_.write("git", "#!/bin/sh\n" + script + "\n", 0755); }

  test::TemporaryFolder folder_;
  std::string path_ = std::getenv("PATH");
};

TEST_F(GitCommandTest, GivesArgumentsAndInputAsTheyAreAndTakesBothStreams) {
  write_git("printf '%s|' \"$@\"; cat; echo said >&2; exit 3");
  const auto answer = run_git({.arguments = {"log", "a b", "$(x)"}, .folder = "/tmp", .input = "line\n"}, soon());
  ASSERT_TRUE(answer) << answer.error().sentence();
  EXPECT_EQ(answer->output, "-C|/tmp|log|a b|$(x)|line\n");
  EXPECT_EQ(answer->errors, "said\n");
  EXPECT_EQ(answer->status, 3);
}

TEST_F(GitCommandTest, NeitherALongInputNorALongAnswerWaitsForTheOther) {
  write_git("cat; head -c 3000000 /dev/zero >&2");
  const std::string input(4'000'000, 'x');
  const auto answer = run_git({.arguments = {"log"}, .input = input, .limit = input.size()}, soon());
  ASSERT_TRUE(answer) << answer.error().sentence();
  EXPECT_EQ(answer->output, input);
  EXPECT_EQ(answer->errors.size(), 65536U);
}

TEST_F(GitCommandTest, InputThatNobodyReadsIsNoFailure) {
  write_git("exec <&-; echo done");
  const auto answer = run_git({.arguments = {"log"}, .input = std::string(4'000'000, 'x')}, soon());
  ASSERT_TRUE(answer) << answer.error().sentence();
  EXPECT_EQ(answer->output, "done\n");
}

TEST_F(GitCommandTest, MoreThanTheLimitEndsIt) {
  write_git("exec yes");
  expect_refusal(run_git({.arguments = {"log"}, .limit = 1000}, soon()), ErrorCode::LimitExceeded,
                 "git log printed more than 1000 bytes");
  write_git("printf 12345");
  EXPECT_EQ(run_git({.arguments = {"log"}, .limit = 5}, soon()).value().output, "12345");
}

TEST_F(GitCommandTest, TheDeadlineEndsIt) {
  write_git("exec sleep 1000");
  expect_refusal(run_git({.arguments = {"fetch"}}, Deadline::after(50ms)), ErrorCode::Deadline,
                 "git fetch took too long and was ended");
}

TEST_F(GitCommandTest, WhatItLeavesBehindIsNotWaitedFor) {
  write_git("sleep 1000 & echo $!");
  const auto answer = run_git({.arguments = {"fetch"}}, soon());
  ASSERT_TRUE(answer) << answer.error().sentence();
  ::kill(std::stoi(answer->output), SIGKILL);
}

TEST_F(GitCommandTest, ASignalIsAnError) {
  write_git("kill -9 $$");
  expect_refusal(run_git({.arguments = {"fetch"}}, soon()), ErrorCode::WorkerFailed, "git fetch was ended by signal 9");
}

TEST_F(GitCommandTest, WithoutGitItSaysSo) {
  ::setenv("PATH", folder_.path().c_str(), 1);
  const auto refused = run_git({.arguments = {"log"}}, soon());
  expect_refusal(refused, ErrorCode::WorkerFailed, "there is no git in PATH");
  EXPECT_EQ(refused.error().remedy, "install git");
}

TEST_F(GitCommandTest, ForgetsTheRepositoryOfItsCallerOnlyWhereAsked) {
  ::setenv("GIT_DIR", "/nowhere", 1);
  write_git("echo \"$GIT_DIR|$MORE|$HOME\"");
  const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  EXPECT_EQ(ask_git({.arguments = {"x"}, .environment = {{"MORE", "m"}}}, soon()), "/nowhere|m|" + home + "\n");
  EXPECT_EQ(ask_git({.arguments = {"x"}, .forgets_repository = true}, soon()), "||" + home + "\n");
  ::unsetenv("GIT_DIR");
}

TEST_F(GitCommandTest, SpeaksTheLanguageThatIsRead) {
  ::setenv("LC_ALL", "C.UTF-8", 1);
  write_git("printf %s \"$LC_ALL\"");
  EXPECT_EQ(ask_git({.arguments = {"x"}}, soon()), "C");
  ::unsetenv("LC_ALL");
}

TEST_F(GitCommandTest, AFailureIsWhatItSaid) {
  write_git("printf 'hint: one\\nfatal: no \\033[1mrepository\\n' >&2; exit 128");
  expect_refusal(ask_git({.arguments = {"x"}}, soon()), ErrorCode::InvalidRequest, "git: fatal: no ");
  write_git("exit 1");
  expect_refusal(ask_git({.arguments = {"x"}}, soon()), ErrorCode::InvalidRequest, "git ended with status 1");
  write_git("echo yes");
  EXPECT_EQ(ask_git({.arguments = {"x"}}, soon()), "yes\n");
}

}  // namespace
}  // namespace signet::cli
