// Everything that git signs, and what git itself does with the verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kSan(Household::kSan);

class GitObjects : public ::testing::TestWithParam<const char*> {
 protected:
  // A repository of that hash beside the household's usual one.
  std::filesystem::path make(const std::string& hash) const {
    const auto path = house_.folder() / hash;
    EXPECT_EQ(house_.run({"git", "init", "-q", "-b", "main", "--object-format=" + hash, path.string()}).status, 0);
    for (const auto& [name, value] : {std::pair{"user.name", "The Maintainer"}, std::pair{"user.email", kSan.c_str()},
                                      std::pair{"gpg.format", "x509"}, std::pair{"gpg.x509.program", "signet-git"}}) {
      EXPECT_EQ(house_.run({"git", "config", name, value}, path).status, 0);
    }
    return path;
  }
  ProcessEnd git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "git");
    return house_.run(std::move(arguments), repository_);
  }
  void must(std::vector<std::string> arguments) const {
    const auto end = git(std::move(arguments));
    ASSERT_EQ(end.status, 0) << end.errors;
  }
  std::string verdict() const { return git({"log", "-1", "--format=%G? %GS %GT"}).output; }
  // [verify] is the last section of the household's configuration.
  void expect_nobody() const {
    auto text = read_file(house_.configuration(), 1U << 20U).value();
    text.resize(text.find("[verify]"));
    house_.folder().write("config.toml", text);
  }

  Household house_;
  std::filesystem::path repository_ = make(GetParam());
  const std::string good_ = "G " + kSan + " fully\n";
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
  const auto receiver = house_.folder() / "receiver.git";
  must({"init", "-q", "--bare", std::string("--object-format=") + GetParam(), receiver.string()});
  must({"-C", receiver.string(), "config", "receive.certNonceSeed", "seed"});
  must({"-C", receiver.string(), "config", "gpg.x509.program", "signet-git"});
  const auto seen = house_.folder() / "seen";
  house_.folder().write(
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
  const auto forged = house_.run(
      {"sh", "-c",
       "(git cat-file commit HEAD | sed '/^$/,$d'; echo 'encoding a'; echo 'encoding b'; echo; echo twice) | "
       "signet-git --status-fd=2 -bsau x"},
      repository_);
  EXPECT_EQ(forged.status, 2);
  EXPECT_EQ(forged.output, "");
  EXPECT_THAT(forged.errors, HasSubstr("header encoding is repeated"));
  const auto sound = house_.run({"sh", "-c",
                                 "(git cat-file commit HEAD | sed '/^$/,$d'; echo 'encoding a'; echo; echo once) | "
                                 "signet-git --status-fd=2 -bsau x"},
                                repository_);
  EXPECT_EQ(sound.status, 0) << sound.errors;
  EXPECT_THAT(sound.output, StartsWith("-----BEGIN SIGNED MESSAGE-----\n"));
}

INSTANTIATE_TEST_SUITE_P(Repositories, GitObjects, ::testing::Values("sha1", "sha256"),
                         [](const auto& hash) { return std::string(hash.param); });

}  // namespace
}  // namespace signet::test
