#include "sigstore/git/commit_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/statement.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

const std::string kId(40, 'a');
constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "parent 1111111111111111111111111111111111111111\n"
    "author Ada <ada@example.org> 1700000000 +0100\n"
    "committer Bob <bob@example.org> 1700000001 -0500\n"
    "gpgsig -----BEGIN SSH SIGNATURE-----\n"
    " AAAA\n"
    " -----END SSH SIGNATURE-----\n"
    "\n"
    "Say hello\n\nand more\n";

std::string statement_about(std::string_view commit, std::string_view id = kId) {
  const auto statement = encode_commit_statement(id, bytes_of(commit));
  EXPECT_TRUE(statement) << statement.error().what;
  return statement.value_or("");
}

// The statement with one thing replaced.
std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  if (at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

void expect_refused(const std::string& statement, std::string_view reason) {
  const auto subject = parse_commit_statement(bytes_of(statement));
  ASSERT_FALSE(subject) << statement;
  EXPECT_THAT(subject.error().what, HasSubstr(reason));
}

TEST(CommitStatement, NamesTheCommitByIdAndByTheDigestOfAllItsBytes) {
  const std::string statement = statement_about(kCommit);
  ASSERT_TRUE(parse_statement_to_sign(bytes_of(statement)));
  const auto subject = parse_commit_statement(bytes_of(statement));
  ASSERT_TRUE(subject) << subject.error().what;
  EXPECT_EQ(subject->id, kId);
  EXPECT_EQ(subject->sha256, hash(HashAlgorithm::Sha256, bytes_of(kCommit)));
}

TEST(CommitStatement, HasTheFirstLineOfTheMessageAsItsTitle) {
  EXPECT_EQ(commit_statement_title(bytes_of(statement_about(kCommit))), "Say hello");
  for (const char* none : {"{}", "[]", "no", R"({"predicate":{"source":{"message":1}}})", R"({"predicate":[]})"}) {
    EXPECT_EQ(commit_statement_title(bytes_of(std::string_view(none))), "") << none;
  }
}

TEST(CommitStatement, OfARepositoryWithSha256IdsNamesThose) {
  const std::string id(64, 'b');
  std::string commit(kCommit);
  commit = replaced(commit, "4b825dc642cb6eb9a060e54bf8d69288fbee4904", std::string(64, '4'));
  commit = replaced(commit, std::string(40, '1'), std::string(64, '1'));
  commit = replaced(commit, "gpgsig ", "gpgsig-sha256 ");
  const auto subject = parse_commit_statement(bytes_of(statement_about(commit, id)));
  ASSERT_TRUE(subject) << subject.error().what;
  EXPECT_EQ(subject->id, id);
}

TEST(CommitStatement, SaysWhatStandsInTheCommitAsGitsignDoes) {
  const auto document = json::parse(statement_about(kCommit));
  ASSERT_TRUE(document);
  EXPECT_EQ(json::write(*document->as_object()->find("predicate")),
            R"({"source":{"tree":"4b825dc642cb6eb9a060e54bf8d69288fbee4904",)"
            R"("parents":["1111111111111111111111111111111111111111"],)"
            R"("author":{"name":"Ada","email":"ada@example.org","date":"2023-11-14T22:13:20Z"},)"
            R"("committer":{"name":"Bob","email":"bob@example.org","date":"2023-11-14T22:13:21Z"},)"
            R"("message":"Say hello\n\nand more\n"},)"
            R"("signature":"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"})");
}

TEST(CommitStatement, LeavesOutWhatIsNotUtf8AndADateThatNoCalendarHas) {
  std::string commit = replaced(std::string(kCommit), "Say hello", "Say \xff");
  commit = replaced(commit, "Ada <", "A\xff <");
  commit = replaced(commit, "1700000001", "999999999999999");
  const std::string statement = statement_about(commit);
  EXPECT_THAT(statement, HasSubstr(R"("author":{"email":"ada@example.org")"));
  EXPECT_THAT(statement, HasSubstr(R"("committer":{"name":"Bob","email":"bob@example.org"}})"));
  EXPECT_TRUE(parse_commit_statement(bytes_of(statement)));
}

TEST(CommitStatement, IsMadeOfACommitAlone) {
  constexpr std::string_view kTag =
      "object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype commit\ntag v1\ntagger A <a@b.c> 1 +0000\n\nv1\n";
  const auto tag = encode_commit_statement(kId, bytes_of(kTag));
  ASSERT_FALSE(tag);
  EXPECT_EQ(tag.error().what, "a tag, not a commit");
  const auto short_id = encode_commit_statement("abc", bytes_of(kCommit));
  ASSERT_FALSE(short_id);
  EXPECT_EQ(short_id.error().what, "not the id of a git object");
}

TEST(CommitStatement, IsRefusedWhereItIsAboutSomethingElseOrNotExact) {
  const std::string good = statement_about(kCommit);
  expect_refused("{}", "member \"_type\" is missing");
  expect_refused(replaced(good, "predicate/git/v0.1", "predicate/git/v0.2"), "it is of another type");
  expect_refused(replaced(good, "\"gitCommit\"", "\"gitTree\""), "no gitCommit that is an object id");
  expect_refused(replaced(good, kId, "abc"), "no gitCommit that is an object id");
  expect_refused(replaced(good, "\"sha256\"", "\"sha1\""), "its subject has no sha256");
  expect_refused(replaced(good, "\"subject\":[", R"("subject":[{"name":"x","digest":{"sha1":"00"}},)"),
                 "it has several subjects");
}

}  // namespace
}  // namespace signet::sigstore
