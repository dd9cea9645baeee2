// Everything that git signs, and what git itself does with the verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kSan(Household::kSan);

class GitObjects : public ::testing::TestWithParam<const char*>, protected GitHouse {
 protected:
  GitObjects() : GitHouse({}, GetParam()) {}

  [[nodiscard]] std::string verdict() const { return log("%G? %GS %GT"); }

  const std::string good_ = "G " + kSan + " fully";
};

TEST_P(GitObjects, AreGoodWhateverTheyHold) {
  must({"commit", "-q", "--allow-empty", "-S", "-m", "first"});
  EXPECT_EQ(verdict(), good_);
  must({"-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-S", "-m", "caf\xe9"});
  EXPECT_EQ(verdict(), good_);
  must({"commit", "-q", "--allow-empty", "-S", "--cleanup=verbatim", "-m", "\r\n  kept \r\n\r\nas it is"});
  EXPECT_EQ(verdict(), good_);
  must({"commit", "-q", "--allow-empty", "-Ssignet:maintainer", "-m",
        "quotes\n\n-----BEGIN SIGNED MESSAGE-----\nMII=\n"});
  EXPECT_EQ(verdict(), good_);
  must({"tag", "-s", "v1", "-m", "one"});
  must({"tag", "-s", "v2", "-m", "quotes\n-----BEGIN PGP SIGNATURE-----\nand goes on"});
  EXPECT_EQ(git({"verify-tag", "v1", "v2"}).status, 0);
}

TEST_P(GitObjects, MergesOfSignedTagsAreGoodTwice) {
  must({"commit", "-q", "--allow-empty", "-S", "-m", "base"});
  must({"checkout", "-q", "-b", "side"});
  must({"commit", "-q", "--allow-empty", "-S", "-m", "side"});
  must({"tag", "-s", "side-1", "-m", "signed side"});
  must({"checkout", "-q", "main"});
  must({"merge", "-q", "--no-ff", "--verify-signatures", "-S", "-m", "merge", "side-1"});
  EXPECT_EQ(verdict(), good_);
  const auto shown = git({"log", "-1", "--show-signature"}).output;
  EXPECT_THAT(shown, HasSubstr("merged tag 'side-1'"));
  EXPECT_THAT(shown, HasSubstr("good signature from " + kSan));
}

TEST_P(GitObjects, OfNobodyExpectedDoNotPassWhereTrustIsAskedFor) {
  must({"commit", "-q", "--allow-empty", "-m", "base"});
  must({"checkout", "-q", "-b", "side"});
  must({"commit", "-q", "--allow-empty", "-S", "-m", "side"});
  must({"checkout", "-q", "main"});
  EXPECT_EQ(git({"-c", "gpg.minTrustLevel=fully", "verify-commit", "side"}).status, 0);
  expect_nobody();
  EXPECT_EQ(git({"verify-commit", "side"}).status, 0);
  EXPECT_EQ(git({"-c", "gpg.minTrustLevel=fully", "verify-commit", "side"}).status, 1);
  const auto merged = git({"merge", "-q", "--verify-signatures", "side"});
  EXPECT_NE(merged.status, 0);
  EXPECT_THAT(merged.errors, HasSubstr("untrusted GPG signature"));
}

TEST_P(GitObjects, PushesAreSignedAndTheReceiverSeesBy) {
  must({"commit", "-q", "--allow-empty", "-m", "base"});
  const auto receiver = house().folder() / "receiver.git";
  must({"init", "-q", "--bare", std::string("--object-format=") + GetParam(), receiver.string()});
  must({"-C", receiver.string(), "config", "receive.certNonceSeed", "seed"});
  must({"-C", receiver.string(), "config", "gpg.x509.program", "signet-git"});
  const auto seen = house().folder() / "seen";
  house().folder().write(
      "receiver.git/hooks/pre-receive",
      "#!/bin/sh\necho \"$GIT_PUSH_CERT_STATUS $GIT_PUSH_CERT_SIGNER $GIT_PUSH_CERT_NONCE_STATUS\" >" + seen.string() +
          "\n",
      0700);
  must({"push", "-q", "--signed", receiver.string(), "main"});
  EXPECT_EQ(read_file(seen, 1000).value_or("(nothing)"), "G " + kSan + " OK\n");
}

// An object with a second header of a kind: git would sign it, and readers would not agree on what was signed.
TEST_P(GitObjects, ThatAreMalformedAreNotSigned) {
  must({"commit", "-q", "--allow-empty", "-m", "base"});
  const auto forged = house().run(
      {"sh", "-c",
       "(git cat-file commit HEAD | sed '/^$/,$d'; echo 'encoding a'; echo 'encoding b'; echo; echo twice) | "
       "signet-git --status-fd=2 -bsau x"},
      repository());
  EXPECT_EQ(forged.status, 2);
  EXPECT_EQ(forged.output, "");
  EXPECT_THAT(forged.errors, HasSubstr("header encoding is repeated"));
  const auto sound = house().run({"sh", "-c",
                                  "(git cat-file commit HEAD | sed '/^$/,$d'; echo 'encoding a'; echo; echo once) | "
                                  "signet-git --status-fd=2 -bsau x"},
                                 repository());
  EXPECT_EQ(sound.status, 0) << sound.errors;
  EXPECT_THAT(sound.output, StartsWith("-----BEGIN SIGNED MESSAGE-----\n"));
}

INSTANTIATE_TEST_SUITE_P(Repositories, GitObjects, ::testing::Values("sha1", "sha256"),
                         [](const auto& hash) { return std::string(hash.param); });

}  // namespace
}  // namespace signet::test
