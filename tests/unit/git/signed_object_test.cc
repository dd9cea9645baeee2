// What git itself hands to a signing program is the judge of what the payload is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "sigstore/git/object.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

constexpr std::string_view kArmor = "-----BEGIN SIGNED MESSAGE-----\nMIIHAA==\n-----END SIGNED MESSAGE-----\n";
constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.org> 1700000000 +0000\n"
    "committer Ada <ada@example.org> 1700000000 +0000\n";
constexpr std::string_view kTag =
    "object 74f0d242677d95a477f953260a2686712846c619\ntype commit\ntag v1\n"
    "tagger Ada <ada@example.org> 1700000000 +0000\n";
constexpr std::string_view kHeader =
    "gpgsig -----BEGIN SIGNED MESSAGE-----\n MIIHAA==\n -----END SIGNED MESSAGE-----\n";

Result<SignedGitObject> split(const std::string& object) { return split_signed_git_object(bytes_of(object)); }

// A repository with a signing program that keeps what it is asked to sign.
class SignedByGit : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder_.write("sign",
                  "#!/bin/sh\ncat > \"$SIGNED_PAYLOAD\"\nprintf '%s' \"$SIGNED_ARMOR\"\n"
                  "echo '[GNUPG:] BEGIN_SIGNING' >&2\necho '[GNUPG:] SIG_CREATED D 19 8 00 1 0' >&2\n",
                  0700);
    git({"init", "-q", "-b", "main", std::string("--object-format=") + GetParam(), "."});
  }

  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"git", "-c", "gpg.format=x509", "-c", "gpg.x509.program=" + (folder_ / "sign").string(), "-c",
                      "user.name=Ada", "-c", "user.email=ada@example.org"});
    const auto end = test::run({.arguments = arguments,
                                .environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                                                {"SIGNED_PAYLOAD", (folder_ / "payload").string()},
                                                {"SIGNED_ARMOR", std::string(kArmor)}},
                                .directory = folder_.path()},
                               Deadline::after(std::chrono::minutes(1)));
    EXPECT_EQ(end.status, 0) << end.errors;
    return end.output;
  }

  void expect_split(const std::string& kind, const std::string& name) const {
    const std::string stored = git({"cat-file", kind, name});
    const auto taken_apart = split(stored);
    ASSERT_TRUE(taken_apart) << taken_apart.error().sentence() << "\n" << stored;
    EXPECT_EQ(text_of(taken_apart->payload), read_file(folder_ / "payload", 1U << 20U).value());
    EXPECT_EQ(taken_apart->signature, kArmor);
  }

  test::TemporaryFolder folder_;
};

TEST_P(SignedByGit, CommitsSplitIntoWhatGitSignedAndTheSignature) {
  git({"commit", "-q", "--allow-empty", "-S", "-m", "first\n\nbody\n-----BEGIN SIGNED MESSAGE-----\n"});
  expect_split("commit", "HEAD");
  git({"-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-S", "-m", "caf\xe9"});
  EXPECT_THAT(git({"cat-file", "commit", "HEAD"}), testing::HasSubstr("\nencoding ISO-8859-1\n"));
  expect_split("commit", "HEAD");
  git({"commit", "-q", "--allow-empty", "-S", "--cleanup=verbatim", "-m", "\r\n  kept \r\n\r\nas it is"});
  expect_split("commit", "HEAD");
}

TEST_P(SignedByGit, TagsSplitAtTheirLastArmor) {
  git({"commit", "-q", "--allow-empty", "-m", "unsigned"});
  git({"tag", "-s", "v1", "-m", "one"});
  expect_split("tag", "v1");
  git({"tag", "-s", "v2", "-m",
       "quotes\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\nand goes on"});
  expect_split("tag", "v2");
}

TEST_P(SignedByGit, MergesKeepTheSignedTagThatTheyMerged) {
  git({"commit", "-q", "--allow-empty", "-m", "base"});
  git({"checkout", "-q", "-b", "side"});
  git({"commit", "-q", "--allow-empty", "-m", "side"});
  git({"tag", "-s", "side-1", "-m", "signed side"});
  git({"checkout", "-q", "main"});
  git({"merge", "-q", "--no-ff", "-S", "-m", "merge", "side-1"});
  EXPECT_THAT(git({"cat-file", "commit", "HEAD"}), testing::HasSubstr("\nmergetag object "));
  expect_split("commit", "HEAD");
}

INSTANTIATE_TEST_SUITE_P(Repositories, SignedByGit, testing::Values("sha1", "sha256"),
                         [](const auto& format) { return std::string(format.param); });

TEST(SplitCommit, LeavesAnUnsignedOneWhole) {
  const std::string object = std::string(kCommit) + "\nmessage";
  const auto taken_apart = split(object);
  ASSERT_TRUE(taken_apart) << taken_apart.error().sentence();
  EXPECT_EQ(text_of(taken_apart->payload), object);
  EXPECT_EQ(taken_apart->signature, "");
}

// extensions.compatObjectFormat: each header signs its own form, and neither is part of either form.
TEST(SplitCommit, TakesTheSignatureOfItsOwnHashAndNoneOfItsTranslation) {
  const std::string sha1 = std::string(kCommit) + std::string(kHeader) + "gpgsig-sha256 translation\n\nmessage\n";
  ASSERT_TRUE(split(sha1));
  EXPECT_EQ(split(sha1)->signature, kArmor);
  EXPECT_EQ(text_of(split(sha1)->payload), std::string(kCommit) + "\nmessage\n");
  std::string sha256 = sha1;
  sha256.replace(5, 40, std::string(64, 'a'));
  ASSERT_TRUE(split(sha256));
  EXPECT_EQ(split(sha256)->signature, "translation\n");
  EXPECT_FALSE(text_of(split(sha256)->payload).contains("gpgsig"));
}

TEST(SplitCommit, FindsTheSignatureWhereverTheHeaderStands) {
  const std::string object = std::string(kCommit) + std::string(kHeader) + "x-note a\n b\n\nmessage\n";
  ASSERT_TRUE(split(object));
  EXPECT_EQ(text_of(split(object)->payload), std::string(kCommit) + "x-note a\n b\n\nmessage\n");
  EXPECT_EQ(split(object)->signature, kArmor);
}

TEST(SplitCommit, RefusesASecondSignatureOfAKind) {
  const std::string once = std::string(kCommit) + std::string(kHeader);
  EXPECT_TRUE(split(once + "\nmessage\n"));
  expect_refusal(split(once + std::string(kHeader) + "\nmessage\n"), ErrorCode::InvalidRequest,
                 "more than one signature of a kind");
  expect_refusal(split(once + "gpgsig-sha256 a\ngpgsig-sha256 b\n\nmessage\n"), ErrorCode::InvalidRequest,
                 "more than one signature of a kind");
}

TEST(SplitCommit, RefusesWhatNobodyMaySign) {
  expect_refusal(split(std::string(kCommit) + std::string(kCommit) + std::string(kHeader) + "\nmessage\n"),
                 ErrorCode::InvalidRequest, "header tree is repeated");
  expect_refusal(split("certificate version 0.1\npusher Ada\n\n" + std::string(40, '0') + " " + std::string(40, '1') +
                       " refs/heads/main\n"),
                 ErrorCode::InvalidRequest, "neither a commit nor a tag");
  expect_refusal(split(""), ErrorCode::InvalidRequest, "no blank line");
}

TEST(SplitTag, TakesHeadersOfATranslationOut) {
  const std::string object = std::string(kTag) + "gpgsig-sha256 translation\n\nmessage\n" + std::string(kArmor);
  const auto taken_apart = split(object);
  ASSERT_TRUE(taken_apart) << taken_apart.error().sentence();
  EXPECT_EQ(text_of(taken_apart->payload), std::string(kTag) + "\nmessage\n");
  EXPECT_EQ(taken_apart->signature, kArmor);
}

TEST(SplitTag, WithoutAnArmorIsNotSigned) {
  const std::string object = std::string(kTag) + "\nmessage\n";
  ASSERT_TRUE(split(object));
  EXPECT_EQ(split(object)->signature, "");
  EXPECT_EQ(text_of(split(object)->payload), object);
}

// Two signatures one behind the other: git verifies the last, over the first.
TEST(SplitTag, WithTwoSignaturesIsRefused) {
  const std::string object = std::string(kTag) + "\nmessage\n" + std::string(kArmor) + std::string(kArmor);
  expect_refusal(split(object), ErrorCode::InvalidRequest, "signed already");
}

// The payload is the same wherever the signature stands, and git reads parents right behind the tree alone.
TEST(SignedObject, WhoseSignatureHidesAHeaderFromGitIsRefused) {
  const std::string tree(kCommit.substr(0, kCommit.find("author")));
  const std::string people(kCommit.substr(tree.size()));
  const std::string parent = "parent " + std::string(40, 'a') + "\n";
  const std::string signature(kHeader);
  ASSERT_TRUE(split(tree + parent + parent + people + signature + "\none\n"));
  ASSERT_TRUE(split(tree + parent + people + signature + "encoding ISO-8859-1\n\none\n"));
  for (const std::string& hidden :
       {signature + tree + parent + people, tree + signature + parent + people,
        tree + parent + signature + parent + people, tree + "gpgsig-sha256 x\n" + parent + people + signature}) {
    expect_refusal(split(hidden + "\none\n"), ErrorCode::InvalidRequest,
                   "a git object whose signature stands before its ");
  }
  const std::string tag(kTag);
  const std::string named = tag.substr(0, tag.find("tagger"));
  ASSERT_TRUE(split(tag + "gpgsig x\n\none\n" + std::string(kArmor)));
  expect_refusal(split(named + "gpgsig x\n" + tag.substr(named.size()) + "\none\n" + std::string(kArmor)),
                 ErrorCode::InvalidRequest, "before its tagger, which git then does not read");
}

}  // namespace
}  // namespace signet::sigstore
