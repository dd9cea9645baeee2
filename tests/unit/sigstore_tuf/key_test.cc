#include "sigstore/tuf/key.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "common/hex.h"
#include "common/pem.h"
#include "json/reader.h"
#include "sigstore/encoding/openssl.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/rsa_encoding.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore::tuf {
namespace {

using test::expect_refusal;
using test::SoftwareKey;

constexpr std::string_view kMessage = "{\"_type\":\"root\"}";

json::Object object_of(std::string_view type, std::string_view scheme, std::string_view text) {
  return {{"keytype", type}, {"scheme", scheme}, {"keyval", json::Object{{"public", text}}}};
}

Key key_of(std::string_view type, std::string_view scheme, std::string_view text) {
  return Key::parse(object_of(type, scheme, text), "key").value();
}

Bytes sign_pss(const SoftwareKey& key, int salt) {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  std::size_t size = 0;
  const ByteView message = bytes_of(kMessage);
  Bytes signature(512);
  size = signature.size();
  const bool made = EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, key.native()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1 &&
                    EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
  signature.resize(made ? size : 0);
  return signature;
}

void expect_signs(const Key& key, const Bytes& signature) {
  EXPECT_TRUE(key.has_signed(bytes_of(kMessage), signature));
  EXPECT_FALSE(key.has_signed(bytes_of("{}"), signature));
  Bytes other = signature;
  other.back() ^= 1U;
  EXPECT_FALSE(key.has_signed(bytes_of(kMessage), other));
  EXPECT_FALSE(key.has_signed(bytes_of(kMessage), {}));
}

TEST(TufKey, ChecksEcdsaUnderBothSpellingsOfItsType) {
  const SoftwareKey p256 = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Bytes signature = p256.sign(bytes_of(kMessage));
  const std::string pem = p256.public_key().pem();
  expect_signs(key_of("ecdsa", "ecdsa-sha2-nistp256", pem), signature);
  expect_signs(key_of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem), signature);
  const SoftwareKey p384 = SoftwareKey::generate(KeyKind::EcdsaP384);
  expect_signs(key_of("ecdsa", "ecdsa-sha2-nistp384", p384.public_key().pem()), p384.sign(bytes_of(kMessage)));
}

TEST(TufKey, TakesAnEcdsaPointInHexadecimal) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  const std::string point = encode_hex(key.public_key().spki().last(65));
  expect_signs(key_of("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", point), key.sign(bytes_of(kMessage)));
}

TEST(TufKey, ChecksEd25519) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::Ed25519);
  const std::string hex = encode_hex(key.public_key().spki().last(32));
  expect_signs(key_of("ed25519", "ed25519", hex), key.sign(bytes_of(kMessage)));
}

TEST(TufKey, ChecksRsaPssWithAnySalt) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::Rsa2048);
  const Key pss = key_of("rsa", "rsassa-pss-sha256", key.public_key().pem());
  expect_signs(pss, sign_pss(key, 32));
  expect_signs(pss, sign_pss(key, RSA_PSS_SALTLEN_MAX));
  expect_signs(pss, sign_pss(key, 0));
}

TEST(TufKey, TakesOnePaddingOfRsaForTheOtherInNeitherDirection) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::Rsa2048);
  const Key pss = key_of("rsa", "rsassa-pss-sha256", key.public_key().pem());
  const Key pkcs1 = key_of("rsa", "rsa-pkcs1v15-sha256", key.public_key().pem());
  const Bytes padded = key.sign(bytes_of(kMessage));
  expect_signs(pkcs1, padded);
  EXPECT_FALSE(pss.has_signed(bytes_of(kMessage), padded));
  EXPECT_FALSE(pkcs1.has_signed(bytes_of(kMessage), sign_pss(key, 32)));
}

TEST(TufKey, OfASchemeThatIsUnknownNeverCounts) {
  const SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Bytes signature = key.sign(bytes_of(kMessage));
  for (const auto& [type, scheme] : {std::pair("ecdsa", "ecdsa-sha2-nistp999"), std::pair("rsa", "ecdsa-sha2-nistp256"),
                                     std::pair("sigstore-oidc", "Fulcio"), std::pair("", "")}) {
    const Key odd = key_of(type, scheme, key.public_key().pem());
    EXPECT_EQ(odd.public_key(), std::nullopt) << type;
    EXPECT_FALSE(odd.has_signed(bytes_of(kMessage), signature)) << type;
  }
}

TEST(TufKey, ThatIsNotOfItsSchemeNeverCounts) {
  const SoftwareKey p384 = SoftwareKey::generate(KeyKind::EcdsaP384);
  const Key wrong = key_of("ecdsa", "ecdsa-sha2-nistp256", p384.public_key().pem());
  EXPECT_FALSE(wrong.has_signed(bytes_of(kMessage), p384.sign(bytes_of(kMessage))));
  for (const std::string_view text : {"", "04", "no key", "zz"}) {
    EXPECT_EQ(key_of("ecdsa", "ecdsa-sha2-nistp256", text).public_key(), std::nullopt) << text;
    EXPECT_EQ(key_of("ed25519", "ed25519", text).public_key(), std::nullopt) << text;
  }
}

TEST(TufKey, ToleratesMembersThatMeanNothing) {
  const auto key = Key::parse(json::parse(R"({"keytype":"x","scheme":"y","keyval":{"identity":"a"},
      "keyid_hash_algorithms":["md5"],"x-tuf-on-ci-keyowner":"@somebody"})")
                                  .value(),
                              "key");
  EXPECT_TRUE(key);
}

TEST(TufKey, RefusesAnObjectThatIsNone) {
  const auto refuse = [](std::string_view json, std::string_view reason) {
    expect_refusal(Key::parse(json::parse(json).value(), "key"), ErrorCode::InvalidRequest, reason);
  };
  refuse("[]", "object");
  refuse(R"({"scheme":"y","keyval":{}})", "keytype");
  refuse(R"({"keytype":"x","scheme":1,"keyval":{}})", "scheme");
  refuse(R"({"keytype":"x","scheme":"y"})", "keyval");
  refuse(R"({"keytype":"ed25519","scheme":"ed25519","keyval":{}})", "public");
}

class Threshold : public testing::Test {
 protected:
  void add(const std::string& id, const SoftwareKey& key) {
    keys.emplace(id, key_of("ed25519", "ed25519", encode_hex(key.public_key().spki().last(32))));
    role.key_ids.push_back(id);
  }
  void sign(const std::string& id, const SoftwareKey& key) { put(id, encode_hex(key.sign(bytes_of(kMessage)))); }
  void put(const std::string& id, const std::string& hex) {
    text.signatures.insert_or_assign(id, Signature{.key_id = id, .hex = hex});
  }
  [[nodiscard]] Result<void> verify() const { return verify_threshold(text, keys, role, "root 7"); }

  SoftwareKey one = SoftwareKey::generate(KeyKind::Ed25519);
  SoftwareKey two = SoftwareKey::generate(KeyKind::Ed25519);
  Keys keys;
  RoleKeys role{.key_ids = {}, .threshold = 2};
  SignedText text{.canonical = std::string(kMessage), .signatures = {}};
};

TEST_F(Threshold, IsMetByAsManyKeys) {
  add("a", one);
  add("b", two);
  sign("a", one);
  expect_refusal(verify(), ErrorCode::NotVerified, "root 7 is signed by 1 of the keys that may sign it, and needs 2");
  sign("b", two);
  EXPECT_TRUE(verify());
}

TEST_F(Threshold, CountsAKeyOnceUnderWhateverIds) {
  add("a", one);
  add("b", one);
  sign("a", one);
  sign("b", one);
  expect_refusal(verify(), ErrorCode::NotVerified, "signed by 1 of");
  role.threshold = 1;
  EXPECT_TRUE(verify());
}

// One key, and bytes behind its numbers that OpenSSL does not mind.
TEST_F(Threshold, CountsAnRsaKeyOnceHoweverItIsWritten) {
  const SoftwareKey rsa = SoftwareKey::generate(KeyKind::Rsa2048);
  const auto put_key = [&](const std::string& id, ByteView spki, const SoftwareKey& signer) {
    keys.insert_or_assign(id, key_of("rsa", "rsa-pkcs1v15-sha256", encode_pem("PUBLIC KEY", spki)));
    sign(id, signer);
  };
  role.key_ids = {"a", "b"};
  const SoftwareKey another = SoftwareKey::generate(KeyKind::Rsa2048);
  put_key("a", rsa.public_key().spki(), rsa);
  put_key("b", another.public_key().spki(), another);
  ASSERT_TRUE(verify());
  Bytes numbers = test::rsa_numbers(rsa.public_key());
  append(numbers, Bytes{5, 0});
  put_key("b", test::rsa_spki(numbers), rsa);
  expect_refusal(verify(), ErrorCode::NotVerified, "root 7 is signed by 1 of the keys that may sign it, and needs 2");
}

TEST_F(Threshold, CountsAnIdOnceThatTheRoleNamesTwice) {
  add("a", one);
  role.key_ids.emplace_back("a");
  sign("a", one);
  expect_refusal(verify(), ErrorCode::NotVerified, "signed by 1 of");
}

TEST_F(Threshold, DoesNotCountKeysOfOtherRoles) {
  add("a", one);
  add("b", two);
  role.key_ids.pop_back();
  sign("a", one);
  sign("b", two);
  expect_refusal(verify(), ErrorCode::NotVerified, "signed by 1 of");
}

TEST_F(Threshold, DoesNotCountWrongOrEmptySignaturesAndDoesNotMindThem) {
  add("a", one);
  add("b", two);
  sign("a", one);
  for (const std::string hex : {"", "00", "zz", "abc"}) {
    put("b", hex);
    put("nobody", hex);
    expect_refusal(verify(), ErrorCode::NotVerified, "signed by 1 of");
  }
  sign("b", one);
  expect_refusal(verify(), ErrorCode::NotVerified, "signed by 1 of");
  role.threshold = 1;
  EXPECT_TRUE(verify());
}

TEST_F(Threshold, IsNeverMetWhereItIsMoreThanThereAreKeys) {
  add("a", one);
  sign("a", one);
  role.threshold = std::numeric_limits<std::int64_t>::max();
  expect_refusal(verify(), ErrorCode::NotVerified, "needs 9223372036854775807");
}

}  // namespace
}  // namespace signet::sigstore::tuf
