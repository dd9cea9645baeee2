#include "sandbox/software_key.h"

#include <gtest/gtest.h>

#include "sigstore/encoding/hash.h"

namespace signet::sandbox {
namespace {

TEST(SoftwareKey, SurvivesItsPem) {
  const auto key = SoftwareKey::generate();
  const auto again = SoftwareKey::from_pem(key.pem().reveal());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(key.public_key().kind(), sigstore::KeyKind::EcdsaP256);
}

TEST(SoftwareKey, TwoKeysDiffer) {
  EXPECT_FALSE(SoftwareKey::generate().public_key() == SoftwareKey::generate().public_key());
}

TEST(SoftwareKey, SignsWhatItsPublicKeyVerifies) {
  const auto key = SoftwareKey::generate();
  const Bytes message = to_bytes("what is signed");
  EXPECT_TRUE(key.public_key().verify_message(message, key.sign_message(message)).has_value());
  const auto digest = sigstore::hash(HashAlgorithm::Sha256, message);
  EXPECT_TRUE(key.public_key().verify_digest(digest, key.sign_digest(digest)).has_value());
  EXPECT_FALSE(key.public_key().verify_message(to_bytes("another"), key.sign_message(message)).has_value());
}

TEST(SoftwareKey, SignsJwsWithTwoNumbersOfFixedLength) {
  const auto key = SoftwareKey::generate();
  const Bytes message = to_bytes("header.claims");
  for (int i = 0; i < 300; ++i) {  // one in 128 has a leading zero that DER drops
    const Bytes raw = key.sign_jws(message);
    ASSERT_EQ(raw.size(), 64U);
    const auto der = der_from_jws(raw);
    ASSERT_TRUE(der.has_value());
    ASSERT_TRUE(key.public_key().verify_message(message, *der).has_value());
  }
}

TEST(SoftwareKey, RefusesAJwsSignatureOfAnotherLength) {
  const auto refused = der_from_jws(Bytes(63));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRequest);
}

// Made with: openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt
TEST(SoftwareKey, RefusesAKeyOfAnotherCurve) {
  const auto refused = SoftwareKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCpHowB9xSMqDPleAFq\n"
      "fc7/Ovva0VyZvXaxm1bGCXNHn+z/es+bHXvJ3xVN3zP9uHShZANiAAQpu3jgOAKM\n"
      "kFDiFf29r3o3w3tJpqkpYSDy7kvpgpcCAr0RCTgC4Gm6MFWoK8A648yzuaMNgBIQ\n"
      "aYW7D2Zl+XYtHNDxhOSj9oNXcyCoWr7c3LaKw4zTsJQIZPkAuyLZk94=\n"
      "-----END PRIVATE KEY-----\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().what.find("not a P-256 private key"), std::string::npos);
}

}  // namespace
}  // namespace signet::sandbox
