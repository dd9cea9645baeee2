#include "client/cli/git_trial.h"

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

}  // namespace
}  // namespace signet::cli
