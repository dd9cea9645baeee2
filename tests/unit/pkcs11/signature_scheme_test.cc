#include "pkcs11/keys/signature_scheme.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"

namespace signet::pkcs11 {
namespace {

using test::expect_refusal;

PublicKey key_of_kind(std::string algorithm) { return {.algorithm = std::move(algorithm), .spki = {}}; }
Digest digest_of_hash(HashAlgorithm hash) { return Digest::make(hash, Bytes(digest_size(hash), 0xab)).value(); }

// RFC 8017 §9.2, note 1.
TEST(SignatureScheme, PutsTheDigestOfAnRsaSignatureIntoItsDigestInfo) {
  const auto scheme = scheme_for(key_of_kind("rsa3072"), digest_of_hash(HashAlgorithm::Sha256));
  ASSERT_TRUE(scheme);
  EXPECT_EQ(scheme->family, SignatureFamily::Rsa);
  EXPECT_EQ(encode_hex(scheme->data),
            "3031300d060960864801650304020105000420abababababababababababababababababababababababababababababababab");
  EXPECT_EQ(scheme->size, 384U);
}

TEST(SignatureScheme, GivesEachHashItsOwnDigestInfo) {
  for (const auto hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    const auto scheme = scheme_for(key_of_kind("rsa4096"), digest_of_hash(hash));
    ASSERT_TRUE(scheme);
    // SEQUENCE of 17 bytes more than the digest, whose own length is the last byte before it (X.690 §8.1.3).
    EXPECT_EQ(scheme->data.size(), 19 + digest_size(hash));
    EXPECT_EQ(scheme->data[1], 17 + digest_size(hash));
    EXPECT_EQ(scheme->data[18], digest_size(hash));
  }
}

TEST(SignatureScheme, TakesDigestsOfTheCurvesSizeAlone) {
  EXPECT_TRUE(scheme_for(key_of_kind("p256"), digest_of_hash(HashAlgorithm::Sha256)));
  EXPECT_TRUE(scheme_for(key_of_kind("p384"), digest_of_hash(HashAlgorithm::Sha384)));
  expect_refusal(scheme_for(key_of_kind("p256"), digest_of_hash(HashAlgorithm::Sha384)), ErrorCode::KeyUnsuitable,
                 "a p256 key signs digests of 32 bytes, not of 48");
  expect_refusal(scheme_for(key_of_kind("p384"), digest_of_hash(HashAlgorithm::Sha256)), ErrorCode::KeyUnsuitable,
                 "a p384 key signs digests of 48 bytes, not of 32");
}

TEST(SignatureScheme, GivesAMessageToEd25519Alone) {
  const protocol::TokenMessage message{to_bytes("a message")};
  const auto scheme = scheme_for(key_of_kind("ed25519"), message);
  ASSERT_TRUE(scheme);
  EXPECT_EQ(scheme->data, message.bytes);
  for (const std::string kind : {"p256", "p384", "rsa2048", "rsa3072", "rsa4096"}) {
    expect_refusal(scheme_for(key_of_kind(kind), message), ErrorCode::KeyUnsuitable,
                   "a key of kind " + kind + " signs digests, not messages");
  }
}

TEST(SignatureScheme, BelievesNoAnswerOfAnotherLength) {
  const auto rsa = scheme_for(key_of_kind("rsa3072"), digest_of_hash(HashAlgorithm::Sha256));
  ASSERT_TRUE(rsa);
  EXPECT_EQ(encode_signature(*rsa, Bytes(384, 1)).value(), Bytes(384, 1));
  for (const std::size_t size : {std::size_t{0}, std::size_t{383}, std::size_t{385}}) {
    expect_refusal(encode_signature(*rsa, Bytes(size, 1)), ErrorCode::WorkerFailed, "bytes instead of 384");
  }
  const auto ecdsa = scheme_for(key_of_kind("p384"), digest_of_hash(HashAlgorithm::Sha384));
  ASSERT_TRUE(ecdsa);
  EXPECT_TRUE(encode_signature(*ecdsa, Bytes(96, 1)));
  expect_refusal(encode_signature(*ecdsa, Bytes(64, 1)), ErrorCode::WorkerFailed, "64 bytes instead of 96");
}

}  // namespace
}  // namespace signet::pkcs11
