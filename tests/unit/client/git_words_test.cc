#include "client/cli/git_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::cli {
namespace {

using test::expect_refusal;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string said(std::string errors) { return words_of({.status = 128, .output = {}, .errors = std::move(errors)}); }

TEST(GitWords, AreGitsOwnAndNotTheAdviceBehindThem) {
  EXPECT_EQ(said("fatal: detected dubious ownership in repository at '/srv/x'\nTo add an exception for this directory, "
                 "call:\n\n\tgit config --global --add safe.directory /srv/x\n"),
            "git: fatal: detected dubious ownership in repository at '/srv/x'");
  EXPECT_EQ(said("warning: one\nhint: two\nerror: three\nfatal: four.\n\nremove the file\nto continue.\nfatal: five\n"),
            "git: error: three; fatal: four.");
  EXPECT_EQ(
      said("Author identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config ...\n\nfatal: empty "
           "ident name (for <>) not allowed\n"),
      "git: fatal: empty ident name (for <>) not allowed");
  EXPECT_EQ(said("error: first\nto continue.\n"), "git: error: first");
}

// OpenSSH's words and git's, of a login that was refused.
TEST(GitWords, HaveWhatSshSaidBeforeGitGaveUp) {
  EXPECT_EQ(said("git@git.example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.\n"
                 "\nPlease make sure you have the correct access rights\nand the repository exists.\n"),
            "git: git@git.example.org: Permission denied (publickey); fatal: Could not read from remote repository.");
}

TEST(GitWords, HaveWhatTheRemotesHookSaid) {
  EXPECT_EQ(said("remote: notes need a ticket        \nremote: \nTo ../bare.git\n ! [remote rejected] 1f2e -> "
                 "refs/notes/signet (pre-receive hook declined)\nerror: failed to push some refs to '../bare.git'\n"),
            "git: remote: notes need a ticket; ! [remote rejected] 1f2e -> refs/notes/signet (pre-receive hook "
            "declined); error: failed to push some refs to '../bare.git'");
}

TEST(GitWords, AreBoundedAndSafeToShow) {
  std::string many = "remote: first\n";
  for (int i = 0; i < 1000; ++i) many += "remote: between " + std::string(1000, 'x') + "\n";
  many += " ! [remote rejected] \033[1mlast\nerror: the end\n";
  const std::string text = said(many);
  EXPECT_LT(text.size(), 2000U);
  EXPECT_THAT(text, AllOf(StartsWith("git: remote: first; "), HasSubstr("; …; "), Not(HasSubstr("\033")),
                          EndsWith("[1mlast; error: the end")));
}

TEST(GitWords, WithoutALineOfGitsAreTheLastOne) {
  EXPECT_EQ(said("something\nelse\n\n"), "git: else");
  EXPECT_EQ(said(""), "git ended with status 128");
  EXPECT_EQ(said("\n \n"), "git ended with status 128");
}

TEST(GitWords, OfAnotherUsersRepositoryComeWithItsRemedy) {
  const GitAnswer foreign{.status = 128,
                          .output = {},
                          .errors =
                              "fatal: detected dubious ownership in repository at '/srv/x'\nTo add an exception "
                              "for this directory, call:\n\n\tgit config --global --add safe.directory /srv/x\n"};
  const Result<void> refused = refused_by_git(foreign, ErrorCode::RepositoryUnavailable, "try again");
  expect_refusal(refused, ErrorCode::RepositoryUnavailable, "dubious ownership in repository at '/srv/x'");
  EXPECT_THAT(refused.error().remedy, EndsWith("where you trust it: git config --global --add safe.directory /srv/x"));
  const Result<void> other =
      refused_by_git({.status = 1, .output = {}, .errors = "fatal: no"}, ErrorCode::RepositoryUnavailable, "try again");
  EXPECT_EQ(other.error().remedy, "try again");
}

// What ssh prints of a remote stands between git's own words.
TEST(GitWords, OfARemoteThatNamesMoreThanAFolderAreNoRemedy) {
  const auto remedy_for = [](const std::string& word) {
    const Result<void> refused = refused_by_git(
        {.status = 128,
         .output = {},
         .errors = "fatal: detected dubious ownership\n\tgit config --global --add safe.directory " + word + "\n"},
        ErrorCode::RepositoryUnavailable, "try again");
    return refused.error().remedy;
  };
  for (const char* folder : {"/srv/x-1", "'/srv/a folder'"}) EXPECT_THAT(remedy_for(folder), EndsWith(folder));
  for (const char* other : {"*", "'*'", "/x; evil", "/x$(evil)", "'/x' evil", "'/x'; evil '", "/x`evil`", "x", ""}) {
    EXPECT_EQ(remedy_for(other), "try again") << other;
  }
}

}  // namespace
}  // namespace signet::cli
