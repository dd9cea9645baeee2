#include "ssh/signature.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "ssh/wire.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;
using test::expect_refusal;
using test::SoftwareKey;

const Bytes kData = to_bytes("what is signed");

// As a token's worker would sign: what signature_algorithm_for() says, in the worker's form.
Bytes signed_blob(const SoftwareKey& key, std::uint32_t flags, ByteView data = kData) {
  const auto algorithm = signature_algorithm_for(key.public_key().kind(), flags);
  EXPECT_TRUE(algorithm);
  const Bytes raw = algorithm->hash ? key.sign(*algorithm->hash, data) : key.sign(data);
  return encode_signature(*algorithm, raw).value();
}

struct Case {
  KeyKind kind;
  std::uint32_t flags;
  std::string_view name;
};
constexpr Case kCases[] = {
    {KeyKind::Ed25519, 0, "ssh-ed25519"},           {KeyKind::EcdsaP256, 0, "ecdsa-sha2-nistp256"},
    {KeyKind::EcdsaP384, 0, "ecdsa-sha2-nistp384"}, {KeyKind::EcdsaP521, 0, "ecdsa-sha2-nistp521"},
    {KeyKind::Rsa2048, kRsaSha256, "rsa-sha2-256"}, {KeyKind::Rsa2048, kRsaSha512, "rsa-sha2-512"}};

class SshSignature : public ::testing::TestWithParam<Case> {
 protected:
  const SoftwareKey key_ = SoftwareKey::generate(GetParam().kind);
  const Bytes blob_ = signed_blob(key_, GetParam().flags);
};
INSTANTIATE_TEST_SUITE_P(Kinds, SshSignature, ::testing::ValuesIn(kCases));

TEST_P(SshSignature, VerifiesOverItsDataAndNoOther) {
  const auto good = verify_signature(key_.public_key(), blob_, kData);
  EXPECT_TRUE(good) << good.error().sentence();
  Reader reader(blob_, "a signature");
  EXPECT_EQ(reader.text(), GetParam().name);
  expect_refusal(verify_signature(key_.public_key(), blob_, to_bytes("other data")), ErrorCode::NotVerified,
                 "the signature is not one of this key over this content");
}

TEST_P(SshSignature, IsRefusedUnderAnotherKey) {
  expect_refusal(verify_signature(SoftwareKey::generate(GetParam().kind).public_key(), blob_, kData),
                 ErrorCode::NotVerified, "the signature is not one of this key over this content");
}

TEST_P(SshSignature, IsRefusedWithAByteBehindItAndCutOffAnywhere) {
  for (std::size_t size = 0; size < blob_.size(); ++size) {
    expect_refusal(verify_signature(key_.public_key(), ByteView(blob_).first(size), kData), ErrorCode::InvalidRequest,
                   "not an SSH signature: it is cut off");
  }
  Bytes longer = blob_;
  longer.push_back(0);
  expect_refusal(verify_signature(key_.public_key(), longer, kData), ErrorCode::InvalidRequest,
                 "not an SSH signature: bytes are left over behind it");
}

TEST(SshSignatureAlgorithm, OfAnRsaKeyFollowsFromTheFlagsAndIsNeverSha1) {
  EXPECT_EQ(signature_algorithm_for(KeyKind::Rsa3072, kRsaSha256)->hash, HashAlgorithm::Sha256);
  EXPECT_EQ(signature_algorithm_for(KeyKind::Rsa3072, kRsaSha512)->hash, HashAlgorithm::Sha512);
  expect_refusal(signature_algorithm_for(KeyKind::Rsa3072, 0), ErrorCode::InvalidRequest,
                 "an RSA signature by SHA-1 is asked for, which is not made");
  expect_refusal(signature_algorithm_for(KeyKind::Rsa3072, kRsaSha256 | kRsaSha512), ErrorCode::InvalidRequest,
                 "the sign request asks for SHA-256 and SHA-512 at once");
}

TEST(SshSignatureAlgorithm, OfOtherKeysIsOneWhateverTheRsaFlagsSay) {
  for (const std::uint32_t flags : {0U, 2U, 4U, 6U}) {
    const auto ecdsa = signature_algorithm_for(KeyKind::EcdsaP384, flags);
    EXPECT_EQ(ecdsa.value(), (SignatureAlgorithm{.name = "ecdsa-sha2-nistp384", .hash = HashAlgorithm::Sha384}));
    const auto ed25519 = signature_algorithm_for(KeyKind::Ed25519, flags);
    EXPECT_EQ(ed25519.value(), (SignatureAlgorithm{.name = "ssh-ed25519", .hash = std::nullopt}));
  }
}

TEST(SshSignatureAlgorithm, IsRefusedWithFlagsThatAreNotKnown) {
  for (const std::uint32_t flags : {1U, 8U, 0x80000000U, 5U}) {
    for (const KeyKind kind : {KeyKind::Rsa2048, KeyKind::EcdsaP256, KeyKind::Ed25519}) {
      expect_refusal(signature_algorithm_for(kind, flags), ErrorCode::InvalidRequest,
                     "the sign request has flags that are not known");
    }
  }
}

TEST(SshSignatureAlgorithm, MustBeOneOfItsKey) {
  EXPECT_EQ(signature_algorithm_named(KeyKind::Rsa2048, "rsa-sha2-256")->hash, HashAlgorithm::Sha256);
  const auto refused = [](KeyKind kind, std::string_view name, std::string_view why) {
    expect_refusal(signature_algorithm_named(kind, name), ErrorCode::KeyUnsuitable, why);
  };
  refused(KeyKind::Rsa2048, "ssh-rsa", "the algorithm \"ssh-rsa\" is none that keys of type ssh-rsa may sign by");
  refused(KeyKind::EcdsaP256, "ecdsa-sha2-nistp384", "is none that keys of type ecdsa-sha2-nistp256 may sign by");
  refused(KeyKind::Ed25519, "rsa-sha2-256", "is none that keys of type ssh-ed25519 may sign by");
  refused(KeyKind::Ed25519, "", "the algorithm \"\" is none");
}

TEST(SshSignatureOfEcdsa, IsRefusedWithNumbersThatAreNotMinimalOrNotPositive) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Bytes blob = signed_blob(key, 0);
  Reader outer(blob, "a signature");
  outer.text();
  Reader numbers(outer.string(), "a pair");
  const Bytes r = to_bytes(numbers.positive());
  const Bytes s = to_bytes(numbers.positive());
  const auto verified = [&](const Bytes& first, const Bytes& second) {
    const Bytes pair = Writer().string(first).string(second).take();
    return verify_signature(key.public_key(), Writer().string("ecdsa-sha2-nistp256").string(pair).take(), kData);
  };
  EXPECT_TRUE(verified(r, s));
  const std::string_view why = "not an SSH signature: a number that is not positive, or has leading zeros";
  Bytes padded = {0};
  append(padded, r);
  if (r.front() == 0) padded.insert(padded.begin(), 0);
  expect_refusal(verified(padded, s), ErrorCode::InvalidRequest, why);
  expect_refusal(verified(r, {}), ErrorCode::InvalidRequest, why);
  expect_refusal(verified(Bytes(32, 0xff), s), ErrorCode::InvalidRequest, why);
}

// r with its highest bit set, s short: what PKCS#11 gives as 64 bytes is a number of 33 and one of 1 here.
TEST(SshSignatureOfEcdsa, HasTheNumbersOfTheTokensDer) {
  Bytes der = parse_hex("3026022100").value();
  append(der, Bytes(32, 0x80));
  append(der, parse_hex("020105").value());
  const auto algorithm = signature_algorithm_for(KeyKind::EcdsaP256, 0).value();
  const Bytes pair = Writer()
                         .string([] {
                           Bytes r = {0};
                           append(r, Bytes(32, 0x80));
                           return r;
                         }())
                         .string(Bytes{5})
                         .take();
  EXPECT_EQ(encode_signature(algorithm, der).value(), Writer().string("ecdsa-sha2-nistp256").string(pair).take());
}

TEST(SshSignatureOfEcdsa, IsNotMadeOfWhatIsNoDerOfTwoPositiveNumbers) {
  const auto algorithm = signature_algorithm_for(KeyKind::EcdsaP256, 0).value();
  ASSERT_TRUE(encode_signature(algorithm, parse_hex("3006020101020101").value()));
  for (const char* bad : {"", "30", "3006020101020100", "30060201010201ff", "300602010102010100",
                          "3009020101020101020101", "3003020101", "3106020101020101"}) {
    SCOPED_TRACE(bad);
    expect_refusal(encode_signature(algorithm, parse_hex(bad).value()), ErrorCode::InvalidRequest,
                   "the token's ECDSA signature is not the DER of two positive numbers");
  }
}

TEST(SshSignatureOfRsa, IsRefusedUnderTheNameOfSha1AndShorterThanTheModulus) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::Rsa2048);
  const Bytes sha1 = key.sign_with_sha1(kData);
  expect_refusal(verify_signature(key.public_key(), Writer().string("ssh-rsa").string(sha1).take(), kData),
                 ErrorCode::KeyUnsuitable, "the algorithm \"ssh-rsa\" is none that keys of type ssh-rsa may sign by");
  const Bytes raw = key.sign(HashAlgorithm::Sha256, kData);
  ASSERT_TRUE(verify_signature(key.public_key(), Writer().string("rsa-sha2-256").string(raw).take(), kData));
  expect_refusal(verify_signature(key.public_key(),
                                  Writer().string("rsa-sha2-256").string(ByteView(raw).subspan(1)).take(), kData),
                 ErrorCode::NotVerified, "the signature is not one of this key over this content");
}

}  // namespace
}  // namespace signet::ssh
