#include "client/cli/git_trial_error.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

TEST(ErrorOfSigner, IsTheOneThatSignetGitWrote) {
  const Error error = error_of_signer("signet-git: PinLocked: no tries left (signing)\n  next: use the PUK\n");
  EXPECT_EQ(error.code, ErrorCode::PinLocked);
  EXPECT_EQ(error.what, "no tries left (signing)");
  EXPECT_EQ(error.remedy, "use the PUK");
}

TEST(ErrorOfSigner, OfAnotherProgramIsItsLastLine) {
  const Error error = error_of_signer("gpgsm: first\ngpgsm: no secret key\n[GNUPG:] FAILURE sign 17\n");
  EXPECT_EQ(error.code, ErrorCode::WorkerFailed);
  EXPECT_EQ(error.what, "gpgsm: no secret key");
  EXPECT_EQ(error_of_signer("signet-git: NoSuchCode: what\n").what, "signet-git: NoSuchCode: what");
}

TEST(ErrorOfSigner, OfNothingIsStillASentence) {
  EXPECT_EQ(error_of_signer("").what, "the signing program failed and did not say why");
}

TEST(ErrorOfSigner, IsSafeToShow) {
  EXPECT_EQ(error_of_signer("signet-git: Bug: a\033[2J\n").what.find('\033'), std::string::npos);
}

// git 2.39.5 and ssh-keygen 9.2p1, whose agent answered with SSH_AGENT_FAILURE.
TEST(ErrorOfGit, OfAnAgentThatRefusesSaysWhereItsReasonStands) {
  const Error error = error_of_git({.status = 128,
                                    .output = {},
                                    .errors = "error: Signing file /tmp/.git_signing_buffer_tmpbli1tx\n"
                                              "Couldn't sign message (signer): agent refused operation?\n"
                                              "Signing /tmp/.git_signing_buffer_tmpbli1tx failed: agent refused "
                                              "operation?\n\nfatal: failed to write commit object\n"});
  EXPECT_EQ(error.code, ErrorCode::WorkerFailed);
  EXPECT_EQ(error.what, "the agent refused to sign, and ssh-keygen does not learn why");
  EXPECT_EQ(error.remedy,
            "signet status shows what the token wants; signet audit list --failed and journalctl --user -u "
            "signet-agent say what was refused and why");
}

TEST(ErrorOfGit, IsWhatTheSignerSaidAndNotHowItBegan) {
  const Error begun = error_of_git({.status = 128,
                                    .output = {},
                                    .errors = "error: Signing file /tmp/.git_signing_buffer_tmpbli1tx\n"
                                              "Couldn't sign message: device not found?\n\n"
                                              "fatal: failed to write commit object\n"});
  EXPECT_EQ(begun.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(begun.what, "git: Couldn't sign message: device not found?");
  EXPECT_EQ(error_of_git({.status = 128, .output = {}, .errors = "error: No private key found\nfatal: no\n"}).what,
            "git: No private key found");
  EXPECT_EQ(error_of_git({.status = 128, .output = {}, .errors = "fatal: other\n"}).remedy,
            "see: signet git setup --help");
}

TEST(ErrorOfGit, ThatDoesNotKnowTheCommitterSaysWhatToSet) {
  const Error error =
      error_of_git({.status = 128,
                    .output = {},
                    .errors = "Committer identity unknown\n\n*** Please tell me who you are.\n\nRun\n\nfatal: empty "
                              "ident name\n"});
  EXPECT_EQ(error.what, "git: fatal: empty ident name");
  EXPECT_EQ(error.remedy, "git config --global user.name NAME; git config --global user.email YOU");
}

}  // namespace
}  // namespace signet::cli
