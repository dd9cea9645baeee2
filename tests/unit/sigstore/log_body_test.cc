// The bodies of Rekor v1, read from real entries of the public log (tests/conformance/assets).
#include "sigstore/tlog/log_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/log_entry.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

LogEntry entry_of(std::string_view name) { return test::log_entries_of(test::conformance_case(name)).front(); }

Result<LogBody> body_of(const LogEntry& entry) {
  return parse_log_body(entry.kind, entry.version, entry.canonicalized_body);
}

std::string text_of_body(const LogEntry& entry) { return std::string(text_of(entry.canonicalized_body)); }

TEST(LogBody, OfARealHashedRekordIsReadAndWrittenAgain) {
  const test::ConformanceCase subject = test::conformance_case("happy-path-v0.3-new-mediaType");
  const LogEntry entry = entry_of(subject.name);
  const auto body = body_of(entry);
  ASSERT_TRUE(body) << body.error().what;
  const auto& record = std::get<HashedRekordV1>(*body);
  EXPECT_EQ(record.digest.hex(), subject.artifact_sha256);
  EXPECT_EQ(record.verifier.kind, EntryVerifier::Kind::Certificate);
  EXPECT_EQ(record.verifier.der, test::leaf_der_of(subject));
  EXPECT_EQ(encode_hashedrekord_v1(record), text_of_body(entry));
}

TEST(LogBody, OfARealHashedRekordWithABareKeyIsReadAndWrittenAgain) {
  const LogEntry entry = entry_of("managed-key-happy-path");
  const auto body = body_of(entry);
  ASSERT_TRUE(body) << body.error().what;
  const auto& record = std::get<HashedRekordV1>(*body);
  EXPECT_EQ(record.verifier.kind, EntryVerifier::Kind::PublicKey);
  EXPECT_EQ(encode_hashedrekord_v1(record), text_of_body(entry));
}

TEST(LogBody, OfARealDsseEntryIsReadAndWrittenAgain) {
  const test::ConformanceCase subject = test::conformance_case("happy-path-intoto-in-dsse-v3");
  const LogEntry entry = entry_of(subject.name);
  const auto body = body_of(entry);
  ASSERT_TRUE(body) << body.error().what;
  const auto& record = std::get<DsseRecord>(*body);
  ASSERT_EQ(record.signatures.size(), 1U);
  EXPECT_EQ(record.signatures.front().verifier.der, test::leaf_der_of(subject));
  EXPECT_EQ(record.payload_hash,
            hash(HashAlgorithm::Sha256, std::get<DsseEnvelope>(test::bundle_of(subject).content).payload));
  EXPECT_EQ(encode_dsse_v1(record), text_of_body(entry));
}

TEST(LogBody, OfAnIntotoEntryIsReadThroughBothLayersOfBase64AndAnyLengthOfLines) {
  const test::ConformanceCase subject = test::conformance_case("intoto-with-custom-trust-root");
  const auto body = body_of(entry_of(subject.name));
  ASSERT_TRUE(body) << body.error().what;
  const auto& record = std::get<IntotoRecord>(*body);
  EXPECT_EQ(record.payload_type, "application/vnd.in-toto+json");
  ASSERT_EQ(record.signatures.size(), 1U);
  EXPECT_EQ(record.signatures.front().verifier.der, test::leaf_der_of(subject));
  EXPECT_EQ(record.signatures.front().signature.front(), 0x30);  // DER, not base64
}

TEST(LogBody, WritesSignaturesInTheOrderOfTheirBase64) {
  const Digest hash = Digest::from_sha256({});
  const EntryVerifier verifier{.kind = EntryVerifier::Kind::PublicKey, .der = {1, 2, 3}};
  const std::string body = encode_dsse_v1(
      {.payload_hash = hash, .envelope_hash = hash, .signatures = {{{0x00}, verifier}, {{0xff}, verifier}}});
  EXPECT_LT(body.find("\"/w==\""), body.find("\"AA==\""));
  EXPECT_LT(body.find("envelopeHash"), body.find("payloadHash"));
}

TEST(LogBody, OfAnotherKindOrVersionIsNotRead) {
  for (const auto& [kind, version] : {std::pair("rekord", "0.0.1"), {"intoto", "0.0.1"}, {"dsse", "0.0.2"}, {"", ""}}) {
    EXPECT_FALSE(is_known_log_body(kind, version));
    EXPECT_THAT(parse_log_body(kind, version, bytes_of("{}")).error().what, HasSubstr("are not read"));
  }
  EXPECT_TRUE(is_known_log_body("hashedrekord", "0.0.1"));
}

TEST(LogBody, OfRekorV1IsBounded) {
  const Bytes large(kMaxLogBody + 1, ' ');
  const auto body = parse_log_body("dsse", "0.0.1", large);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, ErrorCode::LimitExceeded);
  EXPECT_EQ(body.error().what, "a dsse entry of more than 4194304 bytes");
}

struct BadBody {
  const char* of;  ///< the case whose entry is changed
  const char* from;
  const char* to;
  const char* why;
};
class LogBodyRefusal : public testing::TestWithParam<BadBody> {};

TEST_P(LogBodyRefusal, NamesTheReason) {
  LogEntry entry = entry_of(GetParam().of);
  std::string body = text_of_body(entry);
  const std::string_view from = GetParam().from;
  ASSERT_NE(body.find(from), std::string::npos);
  body.replace(body.find(from), from.size(), GetParam().to);
  entry.canonicalized_body = to_bytes(body);
  const auto read = body_of(entry);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().why));
}

constexpr const char* kHashed = "happy-path-v0.3-new-mediaType";
constexpr const char* kDsse = "happy-path-intoto-in-dsse-v3";
constexpr const char* kIntoto = "intoto-with-custom-trust-root";

INSTANTIATE_TEST_SUITE_P(
    LogBody, LogBodyRefusal,
    testing::Values(BadBody{kHashed, "\"0.0.1\"", "\"0.0.2\"", "not 0.0.1"},
                    BadBody{kHashed, "\"hashedrekord\"", "\"dsse\"", "not hashedrekord"},
                    BadBody{kHashed, "{\"data\"", "{\"a\":1,\"data\"", "not known"},
                    BadBody{kHashed, "{\"hash\"", "{\"a\":1,\"hash\"", "not known"},
                    BadBody{kHashed, "\"sha256\"", "\"sha512\"", "its hash's length"},
                    BadBody{kHashed, "\"sha256\"", "\"sha1\"", "not a hash that is used here"},
                    BadBody{kHashed, "a0cfc7", "A0CFC7", "lower-case"},
                    BadBody{kHashed, "\"publicKey\":{\"content\":\"LS0", "\"publicKey\":{\"content\":\"TS0", "in PEM"},
                    BadBody{kHashed, "\"apiVersion\":\"0.0.1\",", "\"apiVersion\":\"0.0.1\",\"apiVersion\":\"0.0.1\",",
                            "repeated member"},
                    BadBody{kDsse, "\"signatures\":[", "\"signatures\":[],\"more\":[", "empty"},
                    BadBody{kDsse, "\"payloadHash\":{\"algorithm\":\"sha256\"",
                            "\"payloadHash\":{\"algorithm\":\"sha384\"", "its hash's length"},
                    BadBody{kDsse, "{\"signature\"", "{\"a\":1,\"signature\"", "not known"},
                    BadBody{kDsse, "\"verifier\"", "\"verified\"", "missing"},
                    BadBody{kIntoto, "\"payload\":\"Z", "\"payload\":\"Y", "not what payloadHash is of"},
                    BadBody{kIntoto, "\"payload\":\"ZX", "\"payload\":\"__", "base64"},
                    BadBody{kIntoto, "\"signatures\":[", "\"signatures\":[],\"more\":[", "empty"},
                    BadBody{kIntoto, "{\"content\"", "{\"a\":1,\"content\"", "not known"}));

}  // namespace
}  // namespace signet::sigstore
