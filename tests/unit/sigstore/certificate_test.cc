#include "sigstore/encoding/certificate.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/certificate_layout.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

using test::CertificateRecipe;
using test::SoftwareKey;

constexpr std::string_view kSanOid = "2.5.29.17";

Bytes unhex(std::string_view text) { return parse_hex(text).value(); }
Bytes sequence(const std::vector<Bytes>& elements) { return encode_der(der_tag::kSequence, elements); }
std::string sha256_hex(ByteView bytes) { return encode_hex(sha256(bytes)); }

class MadeCertificate : public testing::Test {
 protected:
  SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  CertificateRecipe recipe = test::leaf_recipe(key.public_key(), wall_time_from_unix(1'700'000'000));

  Result<Certificate> read() const { return Certificate::from_der(test::make_certificate_der(recipe, key)); }
};

// sigstore-conformance, happy-path-v0.3-new-mediaType; the hashes were computed with other tools.
TEST(Certificate, ReadsARealLeaf) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const Certificate leaf = test::leaf_of(test::conformance_case("happy-path-v0.3-new-mediaType"));
  EXPECT_EQ(sha256_hex(leaf.der()), "1d14e1e52767b3ddff7895038b50e680a06f6bc61a50634f51612dba9d5f27b8");
  EXPECT_EQ(encode_rfc3339(leaf.not_before()), "2024-03-19T17:26:26Z");
  EXPECT_EQ(encode_rfc3339(leaf.not_after()), "2024-03-19T17:36:26Z");
  EXPECT_EQ(encode_hex(leaf.serial_number()), "021468bfedb264131e4db59add54ba4fb0edabc3073e");
  EXPECT_EQ(encode_hex(leaf.subject_name()), "3000");
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_TRUE(leaf.has_key_usage_digital_signature());
  EXPECT_TRUE(leaf.has_extended_key_usage(oid::kCodeSigning));
  EXPECT_FALSE(leaf.has_extended_key_usage(oid::kTimeStamping));
  EXPECT_FALSE(leaf.has_sole_critical_extended_key_usage(oid::kCodeSigning));
  EXPECT_EQ(leaf.subject_alternative_name().value().kind, SanKind::Uri);
  EXPECT_EQ(leaf.subject_alternative_name().value().value,
            "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
            "extremely-dangerous-oidc-beacon.yml@refs/heads/main");
  EXPECT_EQ(leaf.oidc_issuer().value(), "https://token.actions.githubusercontent.com");
  EXPECT_EQ(Certificate::from_pem(leaf.pem()).value(), leaf);
}

TEST(Certificate, TakesTheSctOutOfTheTbsByteForByte) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const Certificate leaf = test::leaf_of(test::conformance_case("happy-path-v0.3-new-mediaType"));
  const Bytes whole = leaf.tbs_without({}).value();
  EXPECT_EQ(whole.size(), 1979);
  EXPECT_EQ(sha256_hex(whole), "6d01f7987ef06e795582d24bf4199943e6010cc627d5d26599bb29ad682ef21b");
  const Bytes without = leaf.tbs_without({oid::kSctList, oid::kCtPoison}).value();
  EXPECT_EQ(without.size(), 1838);
  EXPECT_EQ(sha256_hex(without), "55ccfea63ac94f7813048190ac6d95ddb7fe98f4f36ad9285a8156630882b29f");
  EXPECT_EQ(encode_hex(ByteView(leaf.extension(oid::kSctList).value()).first(8)), "047a0078007600dd");
}

TEST_F(MadeCertificate, LeavesNoEmptyExtensionsBehind) {
  recipe.extensions.clear();
  test::set_extension(recipe, oid::kCtPoison, true, unhex("0500"));
  const auto certificate = read();
  ASSERT_TRUE(certificate) << certificate.error().sentence();
  recipe.extensions.clear();
  EXPECT_EQ(certificate->tbs_without({oid::kCtPoison}).value(), test::make_tbs(recipe, KeyKind::EcdsaP256));
}

TEST_F(MadeCertificate, RefusesTrailingBytesAndTruncation) {
  const Bytes good = test::make_certificate_der(recipe, key);
  ASSERT_TRUE(Certificate::from_der(good));
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Certificate::from_der(longer));
  for (std::size_t size = 0; size < good.size(); size += 7)
    EXPECT_FALSE(Certificate::from_der(ByteView(good).first(size)));
}

TEST_F(MadeCertificate, RefusesAnExtensionThatStandsThereTwice) {
  ASSERT_TRUE(read());
  recipe.extensions.push_back(test::make_extension(oid::kFulcioIssuerV2, false, unhex("0c0161")));
  const auto certificate = read();
  ASSERT_FALSE(certificate);
  EXPECT_EQ(certificate.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(certificate.error().what.find("twice"), std::string::npos) << certificate.error().what;
}

TEST_F(MadeCertificate, HasNoMoreThan64Extensions) {
  for (std::size_t i = recipe.extensions.size(); i < kMaxExtensions; ++i) {
    recipe.extensions.push_back(test::make_extension("1.2.3." + std::to_string(i), false, {}));
  }
  ASSERT_TRUE(read());
  recipe.extensions.push_back(test::make_extension("1.2.4", false, {}));
  test::expect_refusal(read(), ErrorCode::LimitExceeded, "a certificate of more than 64 extensions");
}

TEST_F(MadeCertificate, HasNoMoreThan64KiB) {
  test::set_extension(recipe, "1.2.3", false, {});
  const std::size_t others = test::make_certificate_der(recipe, key).size();
  test::set_extension(recipe, "1.2.3", false, Bytes(kMaxCertificate - others - 100, 7));
  ASSERT_TRUE(read());
  test::set_extension(recipe, "1.2.3", false, Bytes(kMaxCertificate - others, 7));
  test::expect_refusal(read(), ErrorCode::LimitExceeded, "a certificate of more than 64 KiB");
}

TEST_F(MadeCertificate, RefusesAnExtensionThatOpensslCannotRead) {
  test::set_extension(recipe, "2.5.29.19", true, unhex("0500"));
  const auto certificate = read();
  ASSERT_FALSE(certificate);
  EXPECT_NE(certificate.error().what.find("malformed"), std::string::npos) << certificate.error().what;
}

// The SAN of a Fulcio user name, written out byte by byte.
TEST_F(MadeCertificate, ReadsAUserNameFromAnOtherName) {
  test::set_extension(recipe, kSanOid, true,
                      unhex("3023a021060a2b0601040183bf300107a0130c11616c696365216578616d706c652e636f6d"));
  const auto name = read().value().subject_alternative_name();
  ASSERT_TRUE(name) << name.error().sentence();
  EXPECT_EQ(name->kind, SanKind::OtherName);
  EXPECT_EQ(name->value, "alice!example.com");
}

TEST_F(MadeCertificate, HasExactlyOneNameOfAKnownKind) {
  const auto refusal_of = [&](const Bytes& names) {
    test::set_extension(recipe, kSanOid, true, names);
    const auto certificate = read();
    if (!certificate) return certificate.error().what;
    const auto name = certificate->subject_alternative_name();
    return name ? std::string("taken: " + name->value) : name.error().what;
  };
  const Bytes mail = encode_der(0x81, bytes_of("ada@example.org"));
  const Bytes dns = encode_der(0x82, bytes_of("example.org"));
  EXPECT_EQ(refusal_of(sequence({mail})), "taken: ada@example.org");
  EXPECT_NE(refusal_of(sequence({mail, mail})).find("not exactly one"), std::string::npos);
  EXPECT_NE(refusal_of(sequence({mail, dns})).find("not exactly one"), std::string::npos);
  EXPECT_NE(refusal_of(sequence({dns})).find("not an e-mail address"), std::string::npos);
  const Bytes with_nul = encode_der(0x81, unhex("61646100"));
  EXPECT_NE(refusal_of(sequence({with_nul})).find("not an e-mail address"), std::string::npos);
  // Another type of otherName: a Microsoft user principal name.
  const Bytes upn = encode_der(
      der_tag::context(0),
      std::vector<Bytes>{encode_der_oid("1.3.6.1.4.1.311.20.2.3"), encode_der(der_tag::context(0), unhex("0c0161"))});
  EXPECT_NE(refusal_of(sequence({upn})).find("not an e-mail address"), std::string::npos);
  test::remove_extension(recipe, kSanOid);
  EXPECT_NE(read().value().subject_alternative_name().error().what.find("no subject"), std::string::npos);
}

TEST_F(MadeCertificate, TakesTheIssuerFromEitherExtensionAndRefusesADifference) {
  EXPECT_EQ(read().value().oidc_issuer().value(), test::kTestIssuer);
  test::set_extension(recipe, oid::kFulcioIssuerV1, false, bytes_of("https://other.example.org"));
  const auto differ = read().value().oidc_issuer();
  ASSERT_FALSE(differ);
  EXPECT_NE(differ.error().what.find("differ"), std::string::npos) << differ.error().what;
  test::remove_extension(recipe, oid::kFulcioIssuerV2);
  EXPECT_EQ(read().value().oidc_issuer().value(), "https://other.example.org");
  test::remove_extension(recipe, oid::kFulcioIssuerV1);
  EXPECT_NE(read().value().oidc_issuer().error().what.find("no OIDC issuer"), std::string::npos);
}

// 128 bytes and more: the length of the UTF8String has two bytes.
TEST_F(MadeCertificate, ReadsALongIssuerAndRefusesOneWithTrailingBytes) {
  test::remove_extension(recipe, oid::kFulcioIssuerV1);
  const std::string long_issuer = "https://" + std::string(140, 'i');
  Bytes value = encode_der(der_tag::kUtf8String, bytes_of(long_issuer));
  test::set_extension(recipe, oid::kFulcioIssuerV2, false, value);
  EXPECT_EQ(read().value().oidc_issuer().value(), long_issuer);
  value.push_back(0);
  test::set_extension(recipe, oid::kFulcioIssuerV2, false, value);
  EXPECT_FALSE(read().value().oidc_issuer());
}

TEST_F(MadeCertificate, TellsASoleCriticalPurposeFromOthers) {
  const Bytes stamping = encode_der_oid(oid::kTimeStamping);
  const Bytes signing = encode_der_oid(oid::kCodeSigning);
  const auto is_sole = [&](bool critical, const Bytes& value) {
    test::set_extension(recipe, "2.5.29.37", critical, value);
    return read().value().has_sole_critical_extended_key_usage(oid::kTimeStamping);
  };
  EXPECT_TRUE(is_sole(true, sequence({stamping})));
  EXPECT_FALSE(is_sole(false, sequence({stamping})));
  EXPECT_FALSE(is_sole(true, sequence({stamping, signing})));
  EXPECT_FALSE(is_sole(true, sequence({signing})));
}

TEST_F(MadeCertificate, KnowsAnAuthorityByItsBasicConstraints) {
  EXPECT_FALSE(read().value().is_ca());
  recipe = test::authority_recipe(key.public_key(), "a CA", recipe.not_before, recipe.not_after);
  EXPECT_TRUE(read().value().is_ca());
  EXPECT_FALSE(read().value().has_key_usage_digital_signature());
}

}  // namespace
}  // namespace signet::sigstore
