#include "sigstore/git/object.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using testing::HasSubstr;
using namespace std::string_view_literals;

constexpr std::size_t kLimit = 1'000'000;
constexpr std::string_view kTree = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
constexpr std::string_view kParent = "parent 74f0d242677d95a477f953260a2686712846c619\n";
constexpr std::string_view kAuthor = "author Ada L <ada@example.org> 1700000000 +0100\n";
constexpr std::string_view kCommitter = "committer Bob <bob@example.org> 1700000001 -0530\n";
constexpr std::string_view kObject = "object 74f0d242677d95a477f953260a2686712846c619\n";
constexpr std::string_view kTagger = "tagger Bob <bob@example.org> 1700000001 -0530\n";
constexpr std::string_view kPush =
    "certificate version 0.1\n"
    "pusher Bob <bob@example.org> 1700000001 -0530\n";
constexpr std::string_view kRef =
    "0000000000000000000000000000000000000000 74f0d242677d95a477f953260a2686712846c619 refs/heads/main\n";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string commit(std::string_view more_headers = "", std::string_view message = "subject\n\nbody\n") {
  return join({kTree, kParent, kAuthor, kCommitter, more_headers, "\n", message});
}
std::string tag(std::string_view message = "first release\n") {
  return join({kObject, "type commit\ntag v1.0\n", kTagger, "\n", message});
}

Result<GitObject> parse(std::string_view text) { return parse_git_object(bytes_of(text), kLimit); }

void expect_malformed(std::string_view text, std::string_view why) {
  expect_refusal(parse(text), ErrorCode::InvalidRequest, why);
}

TEST(GitCommit, IsReadWithoutAByteChanged) {
  const std::string text = commit("encoding ISO-8859-1\n", "caf\xe9\r\n\r\nno line end");
  const auto object = parse(text);
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(object->kind, GitObjectKind::Commit);
  EXPECT_EQ(object->tree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  EXPECT_EQ(object->parents, std::vector<std::string>{"74f0d242677d95a477f953260a2686712846c619"});
  EXPECT_EQ(object->author, "Ada L <ada@example.org> 1700000000 +0100");
  EXPECT_EQ(object->committer, "Bob <bob@example.org> 1700000001 -0530");
  EXPECT_EQ(object->subject, "caf\xe9\r");
  EXPECT_EQ(text_of(object->bytes), text);
  EXPECT_EQ(object->committer_email(), "bob@example.org");
  EXPECT_EQ(object->summary(), "commit by <bob@example.org> \"Bob\": \"caf\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(GitCommit, MayHaveNoParentManyParentsAndNoMessage) {
  EXPECT_TRUE(parse(join({kTree, kAuthor, kCommitter, "\n"})));
  const auto octopus = parse(join({kTree, kParent, kParent, kParent, kAuthor, kCommitter, "\n", "x"}));
  ASSERT_TRUE(octopus) << octopus.error().sentence();
  EXPECT_EQ(octopus->parents.size(), 3U);
}

TEST(GitCommit, MayHoldSeveralMergedTags) {
  const std::string_view merged =
      "mergetag object 74f0d242677d95a477f953260a2686712846c619\n type commit\n tag v1\n tagger A <a@b> 1 +0000\n \n"
      " text\n -----BEGIN SIGNED MESSAGE-----\n MII=\n -----END SIGNED MESSAGE-----\n";
  const std::string text = commit(join({merged, merged}));
  const auto object = parse(text);
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(text_of(object->bytes), text);
}

TEST(GitCommit, OfASha256RepositoryHasLongIds) {
  const std::string id(64, 'a');
  EXPECT_TRUE(parse(join({"tree ", id, "\nparent ", id, "\n", kAuthor, kCommitter, "\nx"})));
  expect_malformed(join({"tree ", id, "\n", kParent, kAuthor, kCommitter, "\nx"}), "a parent is not an object id");
}

TEST(GitCommit, SkipsBlankLinesBeforeTheSubject) {
  EXPECT_EQ(parse(commit("", "\n\nlate subject\nbody"))->subject, "late subject");
  EXPECT_EQ(parse(commit("", "\n\n"))->subject, "");
}

TEST(GitCommit, WithAnArmorInItsMessageIsNotSigned) {
  EXPECT_TRUE(parse(commit("", "x\n-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\n")));
}

// A library that repairs an object signs another one than git uses (GHSA-7rmh-48mx-2vwc).
TEST(GitCommit, RefusesARepeatedHeader) {
  ASSERT_TRUE(parse(commit("encoding a\n")));
  for (const std::string_view header : {kTree, kParent, kAuthor, kCommitter}) {
    expect_malformed(commit(header), "repeated or out of order");
  }
  expect_malformed(commit("encoding a\nencoding b\n"), "header encoding is repeated");
  expect_malformed(commit("x-note a\nx-note a\n"), "header x-note is repeated");
  expect_malformed(join({kTree, kTree, kAuthor, kCommitter, "\nx"}), "its author must follow");
  expect_malformed(join({kTree, kAuthor, kAuthor, kCommitter, "\nx"}), "its committer must follow");
}

TEST(GitCommit, RefusesAnotherOrder) {
  expect_malformed(join({kParent, kTree, kAuthor, kCommitter, "\nx"}), "neither a commit");
  expect_malformed(join({kTree, kAuthor, kParent, kCommitter, "\nx"}), "its committer must follow");
  expect_malformed(join({kTree, kCommitter, kAuthor, "\nx"}), "its author must follow");
  expect_malformed(join({kTree, kParent, "\nx"}), "its author must follow");
}

TEST(GitCommit, RefusesAContinuedHeaderWhereGitWritesOneLine) {
  expect_malformed(join({kTree, kAuthor, kCommitter, "encoding a\n b\n\nx"}), "goes on in a second line");
  expect_malformed(join({kTree, kAuthor, " <eve@example.org>\n", kCommitter, "\nx"}), "goes on in a second line");
}

TEST(GitCommit, ThatIsSignedAlreadyIsRefused) {
  expect_malformed(commit("gpgsig -----BEGIN SIGNED MESSAGE-----\n MII=\n -----END SIGNED MESSAGE-----\n"),
                   "signed already");
  expect_malformed(commit("gpgsig-sha256 x\n"), "signed already");
}

TEST(GitCommit, WithANulIsRefused) {
  expect_malformed(commit("", "shown\0signed"sv), "NUL");
  expect_malformed(join({kTree, kAuthor, kCommitter, "x-note a\0b\n\nx"sv}), "NUL");
}

class BadId : public testing::TestWithParam<std::string_view> {};
TEST_P(BadId, IsNoTree) {
  expect_malformed(join({"tree ", GetParam(), "\n", kAuthor, kCommitter, "\nx"}), "begins with its tree's id");
}
INSTANTIATE_TEST_SUITE_P(Git, BadId,
                         testing::Values("4b82", "4b825dc642cb6eb9a060e54bf8d69288fbee490",
                                         "4b825dc642cb6eb9a060e54bf8d69288fbee49040",
                                         "4B825DC642CB6EB9A060E54BF8D69288FBEE4904",
                                         "gb825dc642cb6eb9a060e54bf8d69288fbee4904",
                                         "4b825dc642cb6eb9a060e54bf8d69288fbee4904 "));

class Person : public testing::TestWithParam<std::string_view> {};
class BadPerson : public Person {};
TEST_P(Person, IsTaken) {
  const auto object = parse(join({kTree, "author ", GetParam(), "\n", kCommitter, "\nx"}));
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(object->author, GetParam());
}
TEST_P(BadPerson, IsNoAuthor) {
  expect_malformed(join({kTree, "author ", GetParam(), "\n", kCommitter, "\nx"}), "its author must follow");
}
INSTANTIATE_TEST_SUITE_P(Git, Person,
                         testing::Values("A <a@b> 0 +0000", "A <> 1700000000 -0000", "\xc3\xa9 <x> 1 +1400",
                                         "A, B. <a b@c> 9223372036854775807 +0000"));
INSTANTIATE_TEST_SUITE_P(Git, BadPerson,
                         testing::Values("<a@b> 1 +0000", "A<a@b> 1 +0000", "A a@b 1 +0000", "A <a@b 1 +0000",
                                         "A > <a@b> 1 +0000", "A <a<b> 1 +0000", "A <a< 1 +0000", "A <a@b>1 +0000",
                                         "A <a@b>", "A <a@b> 1", "A <a@b> +0000", "A <a@b> 01 +0000",
                                         "A <a@b> -1 +0000", "A <a@b> 1 0000", "A <a@b> 1 +000", "A <a@b> 1 +00000",
                                         "A <a@b> 1 +00a0", "A <a@b> 9223372036854775808 +0000", "A <a@b> 1  +0000",
                                         "A <a@b> 1 +0000 "));

TEST(GitTag, IsRead) {
  const auto object = parse(tag());
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(object->kind, GitObjectKind::Tag);
  EXPECT_EQ(object->target, "74f0d242677d95a477f953260a2686712846c619");
  EXPECT_EQ(object->target_type, "commit");
  EXPECT_EQ(object->tag, "v1.0");
  EXPECT_EQ(object->committer_email(), "bob@example.org");
  EXPECT_EQ(object->summary(),
            "tag \"v1.0\" of commit 74f0d242677d95a477f953260a2686712846c619 by <bob@example.org> \"Bob\": "
            "\"first release\"");
  EXPECT_EQ(text_of(object->bytes), tag());
}

// git wrote tags without a tagger until 2005.
TEST(GitTag, MayHaveNoTagger) {
  const auto object = parse(join({kObject, "type tree\ntag old\n\nx"}));
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(object->committer_email(), std::nullopt);
  EXPECT_EQ(object->summary(), "tag \"old\" of tree 74f0d242677d95a477f953260a2686712846c619: \"x\"");
}

TEST(GitTag, ThatQuotesTheBeginningOfASignatureIsNotSigned) {
  EXPECT_TRUE(parse(tag("x\n-----BEGIN PGP SIGNATURE-----\nis how one begins\n")));
  EXPECT_TRUE(parse(tag("-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\nand text\n")));
}

TEST(GitTag, ThatEndsInASignatureIsRefused) {
  const std::string armor = "-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----";
  expect_malformed(tag("x\n" + armor + "\n"), "signed already");
  expect_malformed(tag("x\n" + armor), "signed already");
  expect_malformed(tag(armor), "signed already");
}

TEST(GitTag, RefusesWhatGitWouldNotWrite) {
  expect_malformed(join({"object 74f0\ntype commit\ntag v1\n", kTagger, "\nx"}), "begins with an object id");
  expect_malformed(join({kObject, "type bundle\ntag v1\n", kTagger, "\nx"}), "type of the tagged object");
  expect_malformed(join({kObject, "tag v1\ntype commit\n", kTagger, "\nx"}), "type of the tagged object");
  expect_malformed(join({kObject, "type commit\n", kTagger, "\nx"}), "tag's name must follow");
  expect_malformed(join({kObject, "type commit\ntag v 1\n", kTagger, "\nx"}), "tag's name must follow");
  expect_malformed(join({kObject, "type commit\ntag v\x1b[1m\n", kTagger, "\nx"}), "tag's name must follow");
  expect_malformed(join({kObject, "type commit\ntag v1\ntagger nobody\n\nx"}), "its tagger must have");
  expect_malformed(join({kObject, "type commit\ntag v1\n", kTagger, kTagger, "\nx"}), "header tagger is repeated");
  expect_malformed(join({kObject, "type commit\ntag v1\n", kTagger, kObject, "\nx"}), "header object is repeated");
  expect_malformed(join({kObject, "type commit\ntag v1\n", kTagger, "gpgsig x\n\nx"}), "signed already");
}

TEST(PushCertificate, IsRead) {
  const std::string text = join({kPush, "pushee https://example.org/r.git\nnonce 1700000000-abcdef\n",
                                 "push-option ci.skip\npush-option two\n\n", kRef, kRef});
  const auto object = parse(text);
  ASSERT_TRUE(object) << object.error().sentence();
  EXPECT_EQ(object->kind, GitObjectKind::PushCertificate);
  EXPECT_EQ(object->pusher, "Bob <bob@example.org> 1700000001 -0530");
  EXPECT_EQ(object->subject + "\n", kRef);
  EXPECT_EQ(object->committer_email(), std::nullopt);
  EXPECT_EQ(object->refs, 2U);
  EXPECT_EQ(object->summary(), "push of 2 refs by \"" + object->pusher + "\", the first: \"" + object->subject + "\"");
  EXPECT_EQ(text_of(object->bytes), text);
  EXPECT_TRUE(parse(join({kPush, "\n", kRef})));
}

std::string summary_of(std::string_view text) {
  const auto object = parse(text);
  return object ? object->summary() : object.error().sentence();
}

// What a person approves is read from left to right: who stands first, and no free text can end its own quotes.
TEST(GitSummary, NamesTheCommitterBeforeAnythingThatATitleSays) {
  EXPECT_EQ(summary_of(commit("", "fix\" by <boss@example.org> \"Boss\": \"typo")),
            "commit by <bob@example.org> \"Bob\": \"fix\\\" by <boss@example.org> \\\"Boss\\\": \\\"typo\"");
  EXPECT_EQ(summary_of(commit("", "fix\\")), "commit by <bob@example.org> \"Bob\": \"fix\\\\\"");
  EXPECT_EQ(summary_of(commit("", "\x1b[2J\xe2\x80\xae")),
            "commit by <bob@example.org> \"Bob\": \"\xef\xbf\xbd[2J\xef\xbf\xbd\"");
}

TEST(GitSummary, CutsATitleAndANameSoThatNothingIsPushedOut) {
  const std::string summary = summary_of(commit("", std::string(5000, 'x')));
  EXPECT_EQ(summary, "commit by <bob@example.org> \"Bob\": \"" + std::string(80, 'x') + "…\"");
  const std::string name(5000, 'n');
  EXPECT_EQ(summary_of(join({kTree, kAuthor, "committer ", name, " <eve@example.org> 1 +0000\n\nt"})),
            "commit by <eve@example.org> \"" + std::string(60, 'n') + "…\": \"t\"");
}

TEST(GitSummary, QuotesANameThatLooksLikeAnotherPart) {
  EXPECT_EQ(summary_of(join({kTree, kAuthor, "committer Bob\": \"harmless <eve@example.org> 1 +0000\n\nt"})),
            "commit by <eve@example.org> \"Bob\\\": \\\"harmless\": \"t\"");
  EXPECT_EQ(summary_of(join({kObject, "type commit\ntag v1\"of\n", kTagger, "\nt"})),
            "tag \"v1\\\"of\" of commit 74f0d242677d95a477f953260a2686712846c619 by <bob@example.org> \"Bob\": \"t\"");
  EXPECT_EQ(summary_of(join({"certificate version 0.1\npusher x\", the first: \"y\n\n", kRef})),
            "push of 1 ref by \"x\\\", the first: \\\"y\", the first: \"" +
                std::string(kRef.substr(0, kRef.size() - 1)) + "\"");
}

TEST(PushCertificate, RefusesWhatGitWouldNotWrite) {
  expect_malformed(join({"certificate version 0.2\npusher x\n\n", kRef}), "another version");
  expect_malformed(join({"certificate version 0.1\n\n", kRef}), "the pusher must follow");
  expect_malformed(join({kPush, "nonce a\nnonce b\n\n", kRef}), "header nonce is repeated");
  expect_malformed(join({kPush, "nonce a\npushee b\n\n", kRef}), "header pushee is repeated or out of order");
  expect_malformed(join({kPush, "\n"}), "without a ref");
  expect_malformed(join({kPush, "\n", kRef.substr(0, kRef.size() - 1)}), "not two ids and a ref");
  expect_malformed(join({kPush, "\n", kRef, "\n"}), "not two ids and a ref");
  expect_malformed(join({kPush, "\n", kRef.substr(41)}), "not two ids and a ref");
  expect_malformed(join({kPush, "\n", kRef.substr(0, 81), " refs/heads/a b\n"}), "not two ids and a ref");
}

TEST(GitObject, OfAnotherKindIsRefused) {
  expect_malformed("hello world\n\n", "neither a commit, nor a tag, nor a push certificate");
  expect_malformed("\nhello", "neither a commit, nor a tag, nor a push certificate");
  expect_malformed("", "no blank line");
  expect_malformed(join({"commit 123", "\0"sv, commit()}), "NUL");
}

TEST(GitObject, OverTheLimitIsRefusedAndOneOfItsSizeIsNot) {
  const std::string text = commit();
  EXPECT_TRUE(parse_git_object(bytes_of(text), text.size()));
  expect_refusal(parse_git_object(bytes_of(text), text.size() - 1), ErrorCode::LimitExceeded,
                 "more than " + std::to_string(text.size() - 1) + " bytes");
}

}  // namespace
}  // namespace signet::sigstore
