#include "sigstore/tlog/log_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

constexpr const char* kHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

// The reply of Rekor v2 with its defaults written out, as its documentation shows it.
json::Value reply() {
  const std::string text = R"({"logIndex":"735","logId":{"keyId":"8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck="},
    "kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"integratedTime":"0","inclusionPromise":null,
    "inclusionProof":{"logIndex":"735","rootHash":")" +
                           std::string(kHash) + R"(","treeSize":"736","hashes":[")" + kHash +
                           R"("],"checkpoint":{"envelope":"log.test\n"}},"canonicalizedBody":"e30="})";
  return json::parse(text).value();
}

// The member at a path like "inclusionProof.treeSize", to be changed.
json::Object& parent_of(json::Value& root, std::string& path) {
  json::Object* object = root.as_object();
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.')) {
    object = object->find(path.substr(0, dot))->as_object();
    path.erase(0, dot + 1);
  }
  return *object;
}

TEST(LogEntry, ReadsTheReplyOfRekorV2) {
  const auto entry = parse_log_entry(reply(), "entry");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->log_index, 735);
  EXPECT_EQ(entry->log_id.size(), 32U);
  EXPECT_EQ(entry->kind, "hashedrekord");
  EXPECT_EQ(entry->version, "0.0.2");
  EXPECT_EQ(entry->integrated_time, 0);
  EXPECT_TRUE(entry->inclusion_promise.empty());
  ASSERT_TRUE(entry->proof);
  EXPECT_EQ(entry->proof->tree_size, 736);
  EXPECT_EQ(entry->proof->root, empty_root());
  EXPECT_EQ(entry->proof->hashes.size(), 1U);
  EXPECT_EQ(entry->proof->checkpoint, "log.test\n");
  EXPECT_EQ(text_of(entry->canonicalized_body), "{}");
}

TEST(LogEntry, IsWrittenWithoutDefaultsAndReadAgain) {
  const json::Value written = encode_log_entry(parse_log_entry(reply(), "entry").value());
  const std::string text = json::write(written);
  EXPECT_EQ(text.find("integratedTime"), std::string::npos);
  EXPECT_EQ(text.find("null"), std::string::npos);
  EXPECT_EQ(encode_log_entry(parse_log_entry(written, "entry").value()), written);
}

TEST(LogEntry, KeepsTimeAndPromiseOfRekorV1) {
  json::Value value = reply();
  value.as_object()->set("integratedTime", "1710869186");
  value.as_object()->set("inclusionPromise", json::Object{{"signedEntryTimestamp", "MEUC"}});
  const LogEntry entry = parse_log_entry(value, "entry").value();
  EXPECT_EQ(entry.integrated_time, 1710869186);
  EXPECT_EQ(encode_hex(entry.inclusion_promise), "304502");
  EXPECT_EQ(encode_log_entry(parse_log_entry(encode_log_entry(entry), "entry").value()), encode_log_entry(entry));
}

TEST(LogEntry, WritesIndexZero) {
  json::Value value = reply();
  value.as_object()->set("logIndex", nullptr);
  std::string path = "inclusionProof.logIndex";
  parent_of(value, path).set(path, nullptr);
  const std::string text = json::write(encode_log_entry(parse_log_entry(value, "entry").value()));
  EXPECT_THAT(text, HasSubstr(R"({"logIndex":"0","logId")"));
  EXPECT_THAT(text, HasSubstr(R"("inclusionProof":{"logIndex":"0")"));
}

struct BadEntry {
  const char* member;
  json::Value value;
  const char* why;
};
class LogEntryRefusal : public testing::TestWithParam<BadEntry> {};

TEST_P(LogEntryRefusal, NamesTheMember) {
  json::Value value = reply();
  std::string path = GetParam().member;
  parent_of(value, path).set(path, GetParam().value);
  const auto entry = parse_log_entry(value, "entry");
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(entry.error().what, HasSubstr("\"" + path + "\""));
  EXPECT_THAT(entry.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    LogEntry, LogEntryRefusal,
    testing::Values(BadEntry{"logIndex", "-1", "negative"}, BadEntry{"logIndex", "9223372036854775808", "64-bit"},
                    BadEntry{"logIndex", "0735", "64-bit"}, BadEntry{"logIndex", 1.5, "64-bit"},
                    BadEntry{"logId", nullptr, "missing"}, BadEntry{"logId.keyId", "AAAA", "32 bytes"},
                    BadEntry{"kindVersion", nullptr, "missing"}, BadEntry{"kindVersion.kind", nullptr, "missing"},
                    BadEntry{"integratedTime", "-1", "negative"}, BadEntry{"canonicalizedBody", nullptr, "missing"},
                    BadEntry{"canonicalizedBody", "", "empty"}, BadEntry{"canonicalizedBody", "e30", "base64"},
                    BadEntry{"inclusionProof.treeSize", "735", "does not hold"},
                    BadEntry{"inclusionProof.treeSize", nullptr, "missing"},
                    BadEntry{"inclusionProof.logIndex", "-1", "negative"},
                    BadEntry{"inclusionProof.rootHash", "AAAA", "32 bytes"},
                    BadEntry{"inclusionProof.hashes", json::Array{"AAAA"}, "32 bytes"},
                    BadEntry{"inclusionProof.hashes", json::Array{1}, "strings"},
                    BadEntry{"inclusionProof.hashes", json::Array(64, json::Value(kHash)), "63"},
                    BadEntry{"inclusionProof.more", "x", "not known"},
                    BadEntry{"inclusionProof.checkpoint.more", "x", "not known"}, BadEntry{"more", 1, "not known"},
                    BadEntry{"logId.more", 1, "not known"}, BadEntry{"kindVersion.more", 1, "not known"}));

// The published Rekor v2 vector with a bare key (489 bytes).
HashedRekord vector_record() {
  return {
      .digest =
          Digest::make(HashAlgorithm::Sha256, parse_base64("dyj4ednYHjN4/zsjjBeeLahS9slp97Z67LTAVxjrjXw=").value())
              .value(),
      .signature = parse_base64("MEQCIB+YPa9o3SN0sQ4uduGf+mZxwFfOhFZ0Cgy+p7Vt1o2SAiAPFDHqOAJLYmvtCWOsDyNY1H4V3zm4NEDYs3"
                                "NyvHh1Pg==")
                       .value(),
      .verifier = {.kind = EntryVerifier::Kind::PublicKey,
                   .der = parse_base64("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2slOf8eZcj2moW2t4UFj7vCL6QpDzkDqqSUmm4OJCVv"
                                       "IauKLxm0aGs3VMPPfauMPaMutn0/s3jg0rroFxoicyg==")
                              .value()},
      .key_details = "PKIX_ECDSA_P256_SHA_256"};
}

TEST(HashedRekord, HasTheBodyAndLeafHashOfThePublishedVector) {
  const std::string body = encode_hashedrekord_v2(vector_record());
  EXPECT_EQ(body.size(), 489U);
  EXPECT_TRUE(body.starts_with(R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{)"));
  EXPECT_EQ(encode_hex(hash_leaf(bytes_of(body)).value),
            "5329b779f792acc0931f404314b027ab06e2d468ce61fc9d9641e625ce60c3da");
}

TEST(HashedRekord, ReadsWhatItWrites) {
  HashedRekord record = vector_record();
  for (const auto kind : {EntryVerifier::Kind::PublicKey, EntryVerifier::Kind::Certificate}) {
    record.verifier.kind = kind;
    const std::string body = encode_hashedrekord_v2(record);
    const auto read = parse_hashedrekord_v2(bytes_of(body));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->digest, record.digest);
    EXPECT_EQ(read->signature, record.signature);
    EXPECT_EQ(read->verifier.kind, kind);
    EXPECT_EQ(read->verifier.der, record.verifier.der);
    EXPECT_EQ(read->key_details, record.key_details);
  }
}

TEST(HashedRekord, KnowsTheThreeHashes) {
  HashedRekord record = vector_record();
  for (const auto& [algorithm, name] :
       {std::pair(HashAlgorithm::Sha384, "SHA2_384"), {HashAlgorithm::Sha512, "SHA2_512"}}) {
    record.digest = Digest::make(algorithm, Bytes(digest_size(algorithm))).value();
    const std::string body = encode_hashedrekord_v2(record);
    EXPECT_THAT(body, HasSubstr(name));
    EXPECT_EQ(parse_hashedrekord_v2(bytes_of(body)).value().digest, record.digest);
  }
}

struct BadBody {
  const char* from;
  const char* to;
  const char* why;
};
class HashedRekordRefusal : public testing::TestWithParam<BadBody> {};

TEST_P(HashedRekordRefusal, NamesTheReason) {
  std::string body = encode_hashedrekord_v2(vector_record());
  const std::string_view from = GetParam().from;
  ASSERT_NE(body.find(from), std::string::npos);
  body.replace(body.find(from), from.size(), GetParam().to);
  const auto record = parse_hashedrekord_v2(bytes_of(body));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(record.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    HashedRekord, HashedRekordRefusal,
    testing::Values(
        BadBody{"\"0.0.2\"", "\"0.0.1\"", "not 0.0.2"}, BadBody{"hashedrekord", "dsse", "not hashedrekord"},
        BadBody{"hashedRekordV002", "hashedRekordV0_0_2", "missing"}, BadBody{"SHA2_256", "SHA2_384", "length"},
        BadBody{"SHA2_256", "SHA3_256", "not known"}, BadBody{"{\"apiVersion\"", "{ \"apiVersion\"", "not canonical"},
        BadBody{"\"kind\":\"hashedrekord\"", "\"kind\":\"hashed\\u0072ekord\"", "not canonical"},
        BadBody{"\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\"",
                "\"kind\":\"hashedrekord\",\"apiVersion\":\"0.0.2\"", "not canonical"},
        BadBody{"\"publicKey\"", "\"pgp\"", "exactly one"},
        BadBody{"\"publicKey\":", "\"x509Certificate\":{\"rawBytes\":\"AAAA\"},\"publicKey\":", "exactly one"},
        BadBody{"\"data\":{", "\"data\":{\"a\":1,", "not known"},
        BadBody{"\"spec\":{", "\"spec\":{\"a\":1,", "not known"},
        BadBody{"{\"apiVersion\"", "{\"a\":1,\"apiVersion\"", "not known"}, BadBody{"}}}}", "}}}", "not JSON"}));

TEST(HashedRekord, RefusesABodyThatNoBundleOfEntriesCanHold) {
  const Bytes large(65536, ' ');
  EXPECT_THAT(parse_hashedrekord_v2(large).error().what, HasSubstr("65,535"));
}

}  // namespace
}  // namespace signet::sigstore
