#include "sigstore/encoding/dsse.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"

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

// The example of the DSSE protocol v1.0.
TEST(Pae, IsThatOfTheProtocol) {
  EXPECT_EQ(text_of(encode_pae("http://example.com/HelloWorld", bytes_of("hello world"))),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(text_of(encode_pae("", {})), "DSSEv1 0  0 ");
}

// sigstore-conformance, rekor2-dsse-happy-path: its hash is the digest in the log entry.
TEST(Pae, IsWhatARealSignerSigned) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto bundle = test::bundle_of(test::conformance_case("rekor2-dsse-happy-path"));
  const auto& envelope = std::get<DsseEnvelope>(bundle.content);
  const Bytes pae = encode_pae(envelope.payload_type, envelope.payload);
  EXPECT_EQ(pae.size(), 475);
  EXPECT_EQ(text_of(pae).substr(0, 48), "DSSEv1 28 application/vnd.in-toto+json 432 {\"_ty");
  EXPECT_EQ(encode_hex(sha256(pae)), "57f2135c594c7f9360e79a5422c291f8878d4ae5c539bc04dca45da63d7c2e11");
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
  EXPECT_TRUE(statement_names(*statement, parse_digest("sha256:" + std::string(kHash)).value()));
  EXPECT_TRUE(statement_names(*statement, parse_digest("sha512:" + std::string(128, '0')).value()));
  EXPECT_FALSE(statement_names(*statement, parse_digest("sha384:" + std::string(96, '0')).value()));
  EXPECT_FALSE(statement_names(*statement, parse_digest("sha256:" + std::string(64, '0')).value()));
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

}  // namespace
}  // namespace signet::sigstore
