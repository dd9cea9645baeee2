#include "sigstore/encoding/statement.h"

#include <gtest/gtest.h>

namespace signet::sigstore {
namespace {

constexpr std::string_view kHash = "a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf";

std::string statement_with(std::string_view subjects, std::string_view more = "") {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":)" + std::string(subjects) +
         R"(,"predicateType":"https://slsa.dev/provenance/v1","predicate":{"a":[1,null]})" + std::string(more) + "}";
}

std::string subject_with(std::string_view digest, std::string_view more = "") {
  return R"({"name":"a.txt","digest":)" + std::string(digest) + std::string(more) + "}";
}

std::string good_subject() { return subject_with(R"({"sha256":")" + std::string(kHash) + R"("})"); }

std::string refusal_of(const std::string& json) {
  const auto statement = parse_statement(bytes_of(json));
  return statement ? "taken" : statement.error().sentence();
}

TEST(Statement, GivesItsSubjectsAndType) {
  const std::string json = statement_with(
      "[" + subject_with(R"({"gitCommit":"c0ffee","sha256":")" + std::string(kHash) + R"("})", R"(,"uri":"u")") + "]");
  const auto statement = parse_statement(bytes_of(json));
  ASSERT_TRUE(statement) << statement.error().sentence();
  EXPECT_EQ(statement->predicate_type, "https://slsa.dev/provenance/v1");
  ASSERT_EQ(statement->subjects.size(), 1);
  EXPECT_EQ(statement->subjects[0].name, "a.txt");
  ASSERT_EQ(statement->subjects[0].digests.size(), 1);
  EXPECT_EQ(statement->subjects[0].digests[0].hex(), kHash);
}

TEST(Statement, NamesADigestOfAnyOfItsSubjects) {
  const std::string other = subject_with(R"({"sha512":")" + std::string(128, '0') + R"("})");
  const auto statement = parse_statement(bytes_of(statement_with("[" + other + "," + good_subject() + "]")));
  ASSERT_TRUE(statement) << statement.error().sentence();
  const auto found = [&statement](const std::string& digest) {
    return find_subject(*statement, {parse_digest(digest).value()});
  };
  EXPECT_EQ(found("sha256:" + std::string(kHash)), &statement->subjects[1]);
  EXPECT_EQ(found("sha512:" + std::string(128, '0')), &statement->subjects[0]);
  EXPECT_EQ(found("sha384:" + std::string(96, '0')), nullptr);
  EXPECT_EQ(found("sha256:" + std::string(64, '0')), nullptr);
}

TEST(Statement, RefusesWhatAnotherReaderWouldUnderstandDifferently) {
  const std::string good = statement_with("[" + good_subject() + "]");
  EXPECT_EQ(refusal_of(good), "taken");
  const auto expect_refusal = [](const std::string& json, std::string_view reason) {
    const std::string refusal = refusal_of(json);
    EXPECT_NE(refusal.find(reason), std::string::npos) << json << "\n" << refusal;
  };
  expect_refusal(good + " x", "");
  expect_refusal("[]", "not a JSON object");
  expect_refusal(statement_with("[]"), "no subject");
  expect_refusal(statement_with("[" + good_subject() + "]", R"(,"extra":1)"), "\"extra\" is not known");
  expect_refusal(statement_with("[" + subject_with(R"({"sha256":")" + std::string(kHash) + R"("})", R"(,"x":1)") + "]"),
                 "\"x\" is not known");
  expect_refusal(statement_with("[" + subject_with("{}") + "]"), "no digest");
  expect_refusal(statement_with(R"([{"name":"a.txt"}])"), "\"digest\" is missing");
  expect_refusal(statement_with("[" + subject_with(R"({"sha256":"00"})") + "]"), "sha256 digest is not");
  std::string upper(kHash);
  upper[0] = 'A';
  expect_refusal(statement_with("[" + subject_with(R"({"sha256":")" + upper + R"("})") + "]"), "lower-case");
  expect_refusal(
      R"({"_type":"https://in-toto.io/Statement/v0.1","subject":[)" + good_subject() + R"(],"predicateType":"x"})",
      "\"_type\" is not https://in-toto.io/Statement/v1");
  expect_refusal(
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[)" + good_subject() + R"(],"predicateType":""})",
      "\"predicateType\" is empty");
}

TEST(Statement, HasAsManySubjectsAndDigestsAsOtherVerifiersRead) {
  const auto list = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + good_subject();
    return "[" + text + "]";
  };
  EXPECT_EQ(refusal_of(statement_with(list(kMaxSubjects))), "taken");
  EXPECT_NE(refusal_of(statement_with(list(kMaxSubjects + 1))).find("LimitExceeded"), std::string::npos);
  const auto digests = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += std::string(i == 0 ? "" : ",") + "\"h" + std::to_string(i) + "\":\"00\"";
    }
    return statement_with("[" + subject_with("{" + text + "}") + "]");
  };
  EXPECT_EQ(refusal_of(digests(kMaxDigestsPerSubject)), "taken");
  EXPECT_NE(refusal_of(digests(kMaxDigestsPerSubject + 1)).find("LimitExceeded"), std::string::npos);
}

TEST(StatementToSign, HasNoMoreSubjectsThanEveryVerifierReads) {
  const auto with = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + good_subject();
    return parse_statement_to_sign(bytes_of(statement_with("[" + text + "]")));
  };
  EXPECT_TRUE(with(kMaxSubjectsSigned));
  const auto many = with(kMaxSubjectsSigned + 1);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::LimitExceeded);
  EXPECT_EQ(many.error().what, "the statement has 1001 subjects; the limit is 1000");
}

TEST(StatementToSign, HasATypeThatIsAUri) {
  for (const char* uri : {"https://slsa.dev/provenance/v1", "urn:a", "x+y-1.z:/?#[]@!$&'()*+,;=%20"}) {
    EXPECT_TRUE(is_type_uri(uri)) << uri;
  }
  for (const char* text :
       {"", "x", ":x", "x:", "1:x", "a b:c", "a:b c", "a:b\"", "a:<b>", "a:b\n", "\xc3\xa4:b", "a:\xc3\xa4"}) {
    EXPECT_FALSE(is_type_uri(text)) << text;
  }
}

TEST(StatementToSign, IsWrittenWithThePredicateAsItStands) {
  const Digest digest = parse_digest("sha256:" + std::string(kHash)).value();
  const std::string text = encode_statement(
      {.predicate_type = "https://example.org/p/v1", .subjects = {{.name = "a \"b\"", .digests = {digest}}}},
      "{\"n\": 1.10, \"e\" : 1e2 }");
  EXPECT_EQ(text, R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a \"b\"","digest":{"sha256":")" +
                      std::string(kHash) +
                      R"("}}],"predicateType":"https://example.org/p/v1","predicate":{"n": 1.10, "e" : 1e2 }})");
  const auto read = parse_statement_to_sign(bytes_of(text));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(read->subjects.at(0).name, "a \"b\"");
  EXPECT_EQ(read->subjects.at(0).digests.at(0), digest);
}

}  // namespace
}  // namespace signet::sigstore
