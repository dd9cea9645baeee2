#include "sigstore/encoding/public_key.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_certificate.h"
#include "tests/unit/sigstore/rsa_encoding.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

// From a Rekor v2 entry with a bare key; the signature is over the digest.
constexpr std::string_view kSpki =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2slOf8eZcj2moW2t4UFj7vCL6QpDzkDqqSUmm4OJCVvIauKLxm0aGs3VMPPfauMPaMutn0/"
    "s3jg0rroFxoicyg==";
constexpr std::string_view kDigest = "dyj4ednYHjN4/zsjjBeeLahS9slp97Z67LTAVxjrjXw=";
constexpr std::string_view kSignature =
    "MEQCIB+YPa9o3SN0sQ4uduGf+mZxwFfOhFZ0Cgy+p7Vt1o2SAiAPFDHqOAJLYmvtCWOsDyNY1H4V3zm4NEDYs3NyvHh1Pg==";

Bytes unbase64(std::string_view text) { return parse_base64(text).value(); }
Bytes unhex(std::string_view text) { return parse_hex(text).value(); }
Digest digest_of_vector() { return Digest::make(HashAlgorithm::Sha256, unbase64(kDigest)).value(); }

TEST(PublicKey, VerifiesASignatureOverADigestAndNoOther) {
  const auto key = PublicKey::from_spki(unbase64(kSpki));
  ASSERT_TRUE(key) << key.error().sentence();
  EXPECT_EQ(key->kind(), KeyKind::EcdsaP256);
  EXPECT_TRUE(key->verify_digest(digest_of_vector(), unbase64(kSignature)));

  Bytes signature = unbase64(kSignature);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    signature[i] ^= 1U;
    const auto verified = key->verify_digest(digest_of_vector(), signature);
    ASSERT_FALSE(verified) << i;
    EXPECT_EQ(verified.error().code, ErrorCode::NotVerified);
    signature[i] ^= 1U;
  }
  signature.push_back(0);
  EXPECT_FALSE(key->verify_digest(digest_of_vector(), signature));
  EXPECT_FALSE(key->verify_digest(digest_of_vector(), {}));
}

TEST(PublicKey, SurvivesPemAndFingerprintsItsSpki) {
  const auto key = PublicKey::from_spki(unbase64(kSpki));
  ASSERT_TRUE(key);
  const auto again = PublicKey::from_pem(key->pem());
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_EQ(*again, *key);
  EXPECT_EQ(key->fingerprint(), sha256(unbase64(kSpki)));
}

// Proof of possession as Fulcio takes it: RFC 8032 §7.1 TEST 1's key over an e-mail address (Ed25519 is deterministic;
// computed with another implementation).
TEST(PublicKey, VerifiesPureEd25519OverMessagesAndTakesNoDigest) {
  const auto key = PublicKey::from_spki(unbase64("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
  ASSERT_TRUE(key);
  const Bytes signature = unhex(
      "9bd490551bb282905de1a31d68c7ad1ac41225f3b1101da93c808a09b798073382fee6a3e0b7bd63af9b7d63ef39e6a6fd1d4f1335daa461"
      "c8ac50605184ce08");
  EXPECT_TRUE(key->verify_message(bytes_of("jdoe@example.com"), signature));
  EXPECT_FALSE(key->verify_message(bytes_of("jdoe@example.org"), signature));
  const auto digest = key->verify_digest(hash(HashAlgorithm::Sha512, bytes_of("jdoe@example.com")), signature);
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().code, ErrorCode::KeyUnsuitable);
}

TEST(PublicKey, ChecksMessagesOfEveryKindWithItsDefaultHash) {
  const Bytes message = to_bytes("a message");
  for (const KeyKind kind : {KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::EcdsaP521, KeyKind::Rsa2048}) {
    const auto key = test::SoftwareKey::generate(kind);
    const Bytes signature = key.sign(message);
    EXPECT_EQ(key.public_key().kind(), kind);
    EXPECT_TRUE(key.public_key().verify_message(message, signature)) << key_kind_name(kind);
    EXPECT_TRUE(key.public_key().verify_digest(hash(default_hash(kind), message), signature)) << key_kind_name(kind);
    EXPECT_FALSE(key.public_key().verify_message(bytes_of("another"), signature)) << key_kind_name(kind);
    const auto other = default_hash(kind) == HashAlgorithm::Sha512 ? HashAlgorithm::Sha256 : HashAlgorithm::Sha512;
    EXPECT_FALSE(key.public_key().verify_message(other, message, signature)) << key_kind_name(kind);
  }
}

TEST(PublicKey, RefusesBytesThatAreNoKeyAndKeysThatAreNotOnTheList) {
  const auto code_of = [](ByteView spki) {
    const auto key = PublicKey::from_spki(spki);
    return key ? std::string("taken") : std::string(error_name(key.error().code));
  };
  const Bytes good = unbase64(kSpki);
  EXPECT_EQ(code_of(good), "taken");
  EXPECT_EQ(code_of({}), "InvalidRequest");
  EXPECT_EQ(code_of(ByteView(good).first(90)), "InvalidRequest");
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(code_of(longer), "InvalidRequest");
  Bytes off_curve = good;
  off_curve.back() ^= 1U;
  EXPECT_EQ(code_of(off_curve), "InvalidRequest");
  // The same point, compressed: a second encoding would be a second fingerprint.
  Bytes compressed = unhex("3039301306072a8648ce3d020106082a8648ce3d03010703220002");
  append(compressed, ByteView(good).subspan(27, 32));
  EXPECT_EQ(code_of(compressed), "KeyUnsuitable");
  // secp256k1 (SEC 2 §2.4.1): a curve that is not ours, with its generator.
  EXPECT_EQ(code_of(unhex("3056301006072a8648ce3d020106052b8104000a03420004"
                          "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                          "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")),
            "KeyUnsuitable");
}

TEST(PublicKey, OfRsaHasOneEncoding) {
  const PublicKey key = test::SoftwareKey::generate(KeyKind::Rsa2048).public_key();
  const Bytes numbers = test::rsa_numbers(key);
  const auto written_as = [](const Bytes& changed, std::uint8_t unused_bits = 0) {
    return PublicKey::from_spki(test::rsa_spki(changed, unused_bits));
  };
  const auto twin = written_as(numbers);
  ASSERT_TRUE(twin) << twin.error().sentence();
  EXPECT_EQ(twin->fingerprint(), key.fingerprint());
  Bytes with_more = numbers;
  append(with_more, unhex("0500"));
  Bytes long_length = unhex("308300");
  append(long_length, ByteView(numbers).subspan(2));
  Bytes indefinite = unhex("3080");
  append(indefinite, ByteView(numbers).subspan(4));
  append(indefinite, unhex("0000"));
  for (const Bytes& other : {with_more, long_length, indefinite}) {
    expect_refusal(written_as(other), ErrorCode::KeyUnsuitable, "a kind, size or encoding that is not used here");
  }
  EXPECT_FALSE(written_as(numbers, 1));
}

// X509_get_pubkey() reads the key of a certificate, another way into OpenSSL.
TEST(PublicKey, OfRsaHasOneEncodingInACertificate) {
  const test::SoftwareKey key = test::SoftwareKey::generate(KeyKind::Rsa2048);
  auto recipe = test::leaf_recipe(key.public_key(), wall_time_from_unix(1'700'000'000));
  const auto read = [&] { return Certificate::from_der(test::make_certificate_der(recipe, key)); };
  ASSERT_TRUE(read());
  Bytes numbers = test::rsa_numbers(key.public_key());
  append(numbers, unhex("0500"));
  recipe.spki = test::rsa_spki(numbers);
  expect_refusal(read(), ErrorCode::KeyUnsuitable, "encoding that is not used here");
}

TEST(PublicKey, KnowsTheNamesOfItsKinds) {
  EXPECT_EQ(key_kind_name(KeyKind::Rsa3072), "rsa3072");
  EXPECT_EQ(key_details_name(KeyKind::EcdsaP384), "PKIX_ECDSA_P384_SHA_384");
  EXPECT_EQ(default_hash(KeyKind::EcdsaP521), HashAlgorithm::Sha512);
}

TEST(PublicKey, ReadsThePkcs1KeyOfAnOldCtLog) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto document = json::parse(test::read_conformance_file("roots/staging/trusted_root.json"));
  ASSERT_TRUE(document);
  json::Fields root(*document, "root", json::UnknownFields::Tolerate);
  json::Fields log(root.array("ctlogs").front(), "ctlog", json::UnknownFields::Tolerate);
  json::Fields key(log.value("publicKey"), "key", json::UnknownFields::Tolerate);
  ASSERT_EQ(key.text("keyDetails"), "PKCS1_RSA_PKCS1V5");
  const auto parsed = PublicKey::from_pkcs1(key.bytes("rawBytes"));
  ASSERT_TRUE(parsed) << parsed.error().sentence();
  EXPECT_EQ(parsed->kind(), KeyKind::Rsa4096);
  json::Fields id(log.value("logId"), "logId");
  EXPECT_TRUE(equal(id.bytes("keyId"), parsed->fingerprint()));
}

}  // namespace
}  // namespace signet::sigstore
