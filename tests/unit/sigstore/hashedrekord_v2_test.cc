// hashedrekord 0.0.2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "common/base64.h"
#include "common/hex.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

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
  EXPECT_EQ(parse_hashedrekord_v2(large).error().what, "a hashedrekord entry of more than 65535 bytes");
}

}  // namespace
}  // namespace signet::sigstore
