// What the agent signs is what it reads itself. The commit and its hashes: git 2.39, `git hash-object`.
#include "agent/policy/item.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/commit_statement.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using protocol::Content;
using protocol::GitContent;
using protocol::StatementContent;
using test::expect_refusal;
using ::testing::HasSubstr;

Digest sha256_of(std::string_view text) { return Digest::from_sha256(sigstore::sha256(bytes_of(text))); }

Result<Item> read_git(std::string_view text) { return read_item(Content{.object = GitContent{to_bytes(text)}}); }
Result<Item> read_statement(std::string_view text) {
  return read_item(Content{.object = StatementContent{to_bytes(text)}});
}

TEST(Item, HoldsADigestAsItWasGiven) {
  const Item item = digest_item("app.tar.gz");
  EXPECT_EQ(item.kind(), "digest");
  EXPECT_EQ(encode_digest(item.digest), kDigest);
  EXPECT_EQ(item.summary, "");
  EXPECT_EQ(item.name, "app.tar.gz");
}

TEST(Item, ParsesAndHashesACommitItself) {
  const std::string text = commit_text("me@example.org");
  const auto item = read_git(text);
  ASSERT_TRUE(item) << item.error().sentence();
  EXPECT_EQ(item->kind(), "git");
  EXPECT_EQ(item->digest, sha256_of(text));
  EXPECT_EQ(item->summary, "commit by <me@example.org> \"Me\": \"subject\"");
  EXPECT_EQ(text_of(std::get<sigstore::GitObject>(item->object).bytes), text);
}

TEST(Item, ParsesATag) {
  const auto item = read_git(
      "object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype commit\ntag v1.0\n"
      "tagger Me <me@example.org> 1700000000 +0000\n\nfirst\n");
  ASSERT_TRUE(item) << item.error().sentence();
  EXPECT_THAT(item->summary, HasSubstr("v1.0"));
}

TEST(Item, TakesNoClaimForASummary) {
  const Item named = commit_item();
  EXPECT_FALSE(named.name);
  auto item = read_item(Content{.object = GitContent{to_bytes(commit_text("me@example.org"))}, .name = "harmless"});
  ASSERT_TRUE(item);
  EXPECT_EQ(item->name, "harmless");
  EXPECT_EQ(item->summary, named.summary) << "what is shown comes from the object";
  EXPECT_EQ(item->digest, named.digest);
}

TEST(Item, RefusesWhatIsNoUnsignedGitObject) {
  expect_refusal(read_git(""), ErrorCode::InvalidRequest, "");
  EXPECT_THAT(read_git("hello\n").error().sentence(), HasSubstr("reading the git object"));
  std::string with_nul = commit_text("me@example.org");
  with_nul[with_nul.size() - 2] = '\0';
  expect_refusal(read_git(with_nul), ErrorCode::InvalidRequest, "");
  std::string signed_already = commit_text("me@example.org");
  signed_already.insert(signed_already.find("\n\nsubject"),
                        "\ngpgsig -----BEGIN SIGNED MESSAGE-----\n -----END SIGNED MESSAGE-----");
  expect_refusal(read_git(signed_already), ErrorCode::InvalidRequest, "sign");
}

TEST(Item, RefusesAGitObjectOverItsLimitAndTakesOneAtIt) {
  std::string text = commit_text("me@example.org");
  text.append(protocol::kMaxGitObject - text.size() - 1, 'x').append("\n");
  EXPECT_TRUE(read_git(text));
  text.insert(text.size() - 1, "x");
  expect_refusal(read_git(text), ErrorCode::LimitExceeded, "");
}

TEST(Item, ReadsAStatementAndSaysWhatItIsAbout) {
  const Item item = statement_item(3);
  EXPECT_EQ(item.kind(), "statement");
  EXPECT_EQ(item.summary,
            "statement https://example.org/p/v1 about 3 subjects, the first: " + std::string(kDigest) + " \"app0\"");
  EXPECT_EQ(statement_item(1).summary,
            "statement https://example.org/p/v1 about 1 subject: " + std::string(kDigest) + " \"app0\"");
  EXPECT_EQ(item.digest, sha256_of(text_of(std::get<StatementItem>(item.object).bytes)));
}

std::string statement_about(std::string_view subject, std::string_view type = "https://example.org/p/v1") {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[)" + std::string(subject) + R"(],"predicateType":")" +
         std::string(type) + R"(","predicate":{}})";
}

TEST(Item, ReadsAStatementAboutACommitAndSaysWhichOne) {
  const std::string id = "1f2e3d4c5b6a" + std::string(28, '7');
  const auto about = [&id](const std::string& message) {
    std::string commit = commit_text("me@example.org");
    commit.resize(commit.find("\n\n") + 2);
    return sigstore::encode_commit_statement(id, bytes_of(commit + message)).value();
  };
  const std::string begin = "statement https://gitsign.sigstore.dev/predicate/git/v0.1 about commit 1f2e3d4c5b6a: ";
  EXPECT_EQ(read_statement(about("Say hello\n\nand more\n")).value().summary, begin + "\"Say hello\"");
  EXPECT_EQ(read_statement(about("a\" about \"b\x1b[2J\n")).value().summary,
            begin + "\"a\\\" about \\\"b\xef\xbf\xbd[2J\"");
  EXPECT_EQ(read_statement(about(std::string(5000, 'n') + "\n")).value().summary,
            begin + "\"" + std::string(80, 'n') + "…\"");
}

// What is of that type and about no commit is about its subjects, as any other.
TEST(Item, ShowsTheSubjectsOfAStatementThatOnlyCallsItselfOneAboutACommit) {
  const auto item = read_statement(
      statement_about(R"({"name":"app","digest":{"sha256":")" + std::string(kDigest.substr(7)) + R"("}})",
                      sigstore::kCommitPredicateType));
  ASSERT_TRUE(item) << item.error().sentence();
  EXPECT_THAT(item->summary, testing::EndsWith(" about 1 subject: " + std::string(kDigest) + " \"app\""));
}

// A subject is named by whoever asks; its digest is what is attested, and stands before the name.
TEST(Item, ShowsNoSubjectsNameAsAnotherPartOfTheStatement) {
  const std::string digest(kDigest.substr(7));
  const auto crafted = read_statement(statement_about(
      R"({"name":"a\" and statement https://x \"b\u001b[2J","digest":{"sha256":")" + digest + R"("}})"));
  ASSERT_TRUE(crafted) << crafted.error().sentence();
  EXPECT_EQ(crafted->summary, "statement https://example.org/p/v1 about 1 subject: " + std::string(kDigest) +
                                  " \"a\\\" and statement https://x \\\"b\xef\xbf\xbd[2J\"");
  const auto longest = read_statement(
      statement_about(R"({"name":")" + std::string(5000, 'n') + R"(","digest":{"sha256":")" + digest + R"("}})"));
  ASSERT_TRUE(longest) << longest.error().sentence();
  EXPECT_THAT(longest->summary, testing::EndsWith(" \"" + std::string(80, 'n') + "…\""));
  const auto unknown = read_statement(statement_about(R"({"name":"c","digest":{"gitCommit":"c0ffee"}})"));
  ASSERT_TRUE(unknown) << unknown.error().sentence();
  EXPECT_THAT(unknown->summary, testing::EndsWith(": no digest that we know \"c\""));
}

TEST(Item, RefusesAStatementWhoseTypeIsNoUri) {
  const std::string subject = R"({"name":"c","digest":{"sha256":")" + std::string(kDigest.substr(7)) + R"("}})";
  EXPECT_TRUE(read_statement(statement_about(subject, "urn:x")));
  for (const char* type : {"provenance", "https://x about 2 subjects", ":x", "https:", "h\u00e9:x"}) {
    expect_refusal(read_statement(statement_about(subject, type)), ErrorCode::InvalidRequest,
                   "\"predicateType\" is no URI");
  }
}

TEST(Item, PromptsWithWhatItReadAndWithAClaimOnlyForADigest) {
  EXPECT_EQ(commit_item().prompt(), commit_item().summary);
  EXPECT_EQ(digest_item("app\".tar.gz").prompt(), std::string(kDigest) + ", called \"app\\\".tar.gz\"");
}

TEST(Item, RefusesMoreSubjectsThanVerifiersRead) {
  EXPECT_EQ(std::get<StatementItem>(statement_item(sigstore::kMaxSubjectsSigned).object).statement.subjects.size(),
            1000U);
  const Item item = statement_item(1);
  std::string text(text_of(std::get<StatementItem>(item.object).bytes));
  const auto start = text.find("{\"name\"");
  const std::string subject = text.substr(start, text.find("}}") + 2 - start);
  std::string many;
  for (std::size_t i = 0; i < sigstore::kMaxSubjectsSigned; ++i) many += subject + ",";
  expect_refusal(read_statement(text.insert(start, many)), ErrorCode::LimitExceeded, "has 1001 subjects");
}

TEST(Item, RefusesWhatIsNoStatement) {
  for (const char* text : {"", "{}", "[]", R"({"_type":"https://in-toto.io/Statement/v0.1"})"}) {
    const auto item = read_statement(text);
    expect_refusal(item, ErrorCode::InvalidRequest, "");
    EXPECT_THAT(item.error().sentence(), HasSubstr("reading the statement"));
  }
}

TEST(Item, IsSafeToShow) {
  const auto item =
      read_item(Content{.object = GitContent{to_bytes(commit_text("me@example.org"))}, .name = "a\x1b[2J\n"});
  ASSERT_TRUE(item);
  EXPECT_EQ(item->name, "a\xef\xbf\xbd[2J\xef\xbf\xbd");
  std::string text = commit_text("me@example.org");
  text.replace(text.find("\n\nsubject") + 2, 7, "\x1b[2Jboo");
  const auto hostile = read_git(text);
  ASSERT_TRUE(hostile) << hostile.error().sentence();
  EXPECT_THAT(hostile->summary, HasSubstr("\xef\xbf\xbd[2Jboo"));
}

}  // namespace
}  // namespace signet::agent
