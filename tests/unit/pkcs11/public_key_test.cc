// What is made from attributes is held against what OpenSSL makes of the same key.
#include "pkcs11/keys/public_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "common/hex.h"
#include "pkcs11/keys/der.h"

namespace signet::pkcs11 {
namespace {

using ::testing::HasSubstr;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key own(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

Bytes spki_of(const Key& key) {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Bytes octets_of(const Key& key, const char* name) {
  Bytes bytes(1024);
  std::size_t size = 0;
  EXPECT_EQ(EVP_PKEY_get_octet_string_param(key.get(), name, bytes.data(), bytes.size(), &size), 1);
  bytes.resize(size);
  return bytes;
}

Bytes number_of(const Key& key, const char* name) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key.get(), name, &number), 1);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes.data());
  BN_free(number);
  return bytes;
}

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

struct Curve {
  const char* name;
  const char* algorithm;
  const char* oid;
};
constexpr Curve kCurves[] = {{"P-256", "p256", "06082a8648ce3d030107"},
                             {"P-384", "p384", "06052b81040022"},
                             {"P-521", "p521", "06052b81040023"},
                             {"secp256k1", "other", "06052b8104000a"}};

TEST(PublicKey, OfAnEllipticCurveIsWhatOpensslMakesOfIt) {
  for (const Curve& curve : kCurves) {
    const Key key = own(EVP_EC_gen(curve.name));
    const Bytes point = octets_of(key, OSSL_PKEY_PARAM_PUB_KEY);
    const auto wrapped = public_key_from_ec(hex(curve.oid), encode_der(kDerOctetString, point));
    ASSERT_TRUE(wrapped) << wrapped.error().sentence();
    EXPECT_EQ(wrapped->algorithm, curve.algorithm);
    EXPECT_EQ(wrapped->spki, spki_of(key)) << curve.name;
    const auto bare = public_key_from_ec(hex(curve.oid), point);
    ASSERT_TRUE(bare) << bare.error().sentence();
    EXPECT_EQ(*bare, *wrapped) << "some modules leave the OCTET STRING out";
  }
}

// Not by name but written out: prime, coefficients, generator, order.
Bytes explicit_parameters(int curve) {
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(curve), &EC_GROUP_free);
  EC_GROUP_set_asn1_flag(group.get(), OPENSSL_EC_EXPLICIT_CURVE);
  std::uint8_t* der = nullptr;
  const int size = i2d_ECPKParameters(group.get(), &der);
  Bytes parameters(der, der + size);
  OPENSSL_free(der);
  return parameters;
}

// ykcs11 2.2.0 writes them for a key of which it knows only the metadata.
TEST(PublicKey, WithExplicitParametersIsAKeyOfThatCurve) {
  const std::pair<Curve, int> curves[] = {
      {kCurves[0], NID_X9_62_prime256v1}, {kCurves[1], NID_secp384r1}, {kCurves[2], NID_secp521r1}};
  for (const auto& [curve, nid] : curves) {
    const Bytes parameters = explicit_parameters(nid);
    const Key key = own(EVP_EC_gen(curve.name));
    const auto made = public_key_from_ec(parameters, octets_of(key, OSSL_PKEY_PARAM_PUB_KEY));
    ASSERT_TRUE(made) << made.error().sentence();
    EXPECT_EQ(made->algorithm, curve.algorithm);
    EXPECT_EQ(made->spki, spki_of(key));
    Bytes other = parameters;
    other.at(30) ^= 1;  // within the prime
    EXPECT_FALSE(public_key_from_ec(other, octets_of(key, OSSL_PKEY_PARAM_PUB_KEY)));
  }
}

TEST(PublicKey, OfRsaIsWhatOpensslMakesOfIt) {
  for (const unsigned bits : {2048U, 3072U}) {
    const Key key = own(EVP_RSA_gen(bits));
    const auto made = public_key_from_rsa(number_of(key, OSSL_PKEY_PARAM_RSA_N), number_of(key, OSSL_PKEY_PARAM_RSA_E));
    ASSERT_TRUE(made) << made.error().sentence();
    EXPECT_EQ(made->algorithm, "rsa" + std::to_string(bits));
    EXPECT_EQ(made->spki, spki_of(key));
  }
}

TEST(PublicKey, OfEd25519IsReadInAllFourEncodings) {
  const Key key = own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const Bytes point = octets_of(key, OSSL_PKEY_PARAM_PUB_KEY);
  for (const Bytes& parameters : {hex("06032b6570"), hex("130c656477617264733235353139")}) {
    for (const Bytes& form : {point, encode_der(kDerOctetString, point)}) {
      const auto made = public_key_from_edwards(parameters, form);
      ASSERT_TRUE(made) << made.error().sentence();
      EXPECT_EQ(made->algorithm, "ed25519");
      EXPECT_EQ(made->spki, spki_of(key));
    }
  }
}

void expect_refusal(const Result<PublicKey>& key, std::string_view reason) {
  ASSERT_FALSE(key) << reason;
  EXPECT_EQ(key.error().code, ErrorCode::KeyUnsuitable);
  EXPECT_THAT(key.error().what, HasSubstr(reason));
}

TEST(PublicKey, ThatIsMalformedIsRefused) {
  const Bytes p256 = hex("06082a8648ce3d030107");
  Bytes point(65, 0x04);
  EXPECT_TRUE(public_key_from_ec(p256, point));
  expect_refusal(public_key_from_ec(p256, ByteView(point).first(64)), "not uncompressed");
  point.front() = 0x03;
  expect_refusal(public_key_from_ec(p256, point), "not uncompressed");
  expect_refusal(public_key_from_ec({}, point), "unknown form");
  expect_refusal(public_key_from_ec(hex("3000"), point), "unknown form");
  expect_refusal(public_key_from_edwards(hex("06032b6571"), Bytes(32)), "unknown curve");
  expect_refusal(public_key_from_edwards(hex("06032b6570"), Bytes(31)), "unknown curve");
  expect_refusal(public_key_from_rsa({}, hex("010001")), "no modulus");
  expect_refusal(public_key_from_rsa(Bytes(256), hex("010001")), "no modulus");
  expect_refusal(public_key_from_rsa(Bytes(256, 0xff), Bytes(3)), "no exponent");
}

}  // namespace
}  // namespace signet::pkcs11
