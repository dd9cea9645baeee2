#include "sigstore/verify/leaf_profile.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

namespace extension = test::extension_oid;
using test::expect_refused;
using test::purposes;

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

class LeafProfile : public testing::Test {
 protected:
  // The untouched twin passes before anything is spoiled.
  void SetUp() override { test::expect_taken(verify()); }

  Verdict<LeafIdentity> verify() const { return verify_leaf_profile(test::make_certificate(recipe, key)); }
  void expect_refusal(std::string_view reason) const {
    expect_refused(verify(), RefusalCode::CertificateUnsuitable, reason);
  }
  void set(std::string_view oid, const Bytes& value) { test::set_extension(recipe, oid, true, value); }

  test::SoftwareKey key = test::SoftwareKey::generate(KeyKind::EcdsaP256);
  test::CertificateRecipe recipe = test::leaf_recipe(key.public_key(), wall_time_from_unix(1'700'000'000));
};

TEST_F(LeafProfile, SaysWhoTheSignerIs) {
  const auto identity = verify();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->san, test::kTestSan);
  EXPECT_EQ(identity->issuer, test::kTestIssuer);
}

TEST_F(LeafProfile, RefusesACa) {
  set(extension::kBasicConstraints, unhex("3000"));
  test::expect_taken(verify());
  set(extension::kBasicConstraints, unhex("30030101ff"));
  expect_refusal("is a CA's");
}

TEST_F(LeafProfile, WantsDigitalSignature) {
  constexpr std::string_view kReason = "may not make signatures";
  set(extension::kKeyUsage, unhex("03020106"));  // keyCertSign, cRLSign
  expect_refusal(kReason);
  set(extension::kKeyUsage, unhex("03020640"));  // nonRepudiation
  expect_refusal(kReason);
  test::remove_extension(recipe, extension::kKeyUsage);
  expect_refusal(kReason);
}

TEST_F(LeafProfile, WantsCodeSigning) {
  constexpr std::string_view kReason = "not for code signing";
  set(extension::kExtendedKeyUsage, purposes({oid::kTimeStamping, oid::kCodeSigning}));
  test::expect_taken(verify());
  set(extension::kExtendedKeyUsage, purposes({oid::kTimeStamping}));
  expect_refusal(kReason);
  set(extension::kExtendedKeyUsage, purposes({"2.5.29.37.0"}));  // "any" is not "code signing"
  expect_refusal(kReason);
  test::remove_extension(recipe, extension::kExtendedKeyUsage);
  expect_refusal(kReason);
}

TEST_F(LeafProfile, RefusesAPrecertificate) {
  set(oid::kCtPoison, unhex("0500"));
  expect_refusal("is a precertificate");
}

TEST_F(LeafProfile, WantsExactlyOneName) {
  const Bytes mail = encode_der(0x81, bytes_of("ada@example.org"));
  const Bytes uri = encode_der(0x86, bytes_of("https://example.org/ada"));
  set(extension::kSubjectAlternativeName, encode_der(der_tag::kSequence, std::vector<Bytes>{uri}));
  EXPECT_EQ(verify().value().san, "https://example.org/ada");
  set(extension::kSubjectAlternativeName, encode_der(der_tag::kSequence, std::vector<Bytes>{mail, uri}));
  expect_refusal("not exactly one");
  test::remove_extension(recipe, extension::kSubjectAlternativeName);
  expect_refusal("has no subject alternative name");
}

TEST_F(LeafProfile, WantsAnIssuerAndOneAlone) {
  test::set_extension(recipe, oid::kFulcioIssuerV1, false, bytes_of("https://other.example.org"));
  expect_refusal("two OIDC issuers that differ");
  test::remove_extension(recipe, oid::kFulcioIssuerV1);
  EXPECT_EQ(verify().value().issuer, test::kTestIssuer);
  test::remove_extension(recipe, oid::kFulcioIssuerV2);
  expect_refusal("names no OIDC issuer");
}

// It is compared and shown as text, as the name is.
TEST_F(LeafProfile, WantsAnIssuerThatIsPrintable) {
  test::remove_extension(recipe, oid::kFulcioIssuerV1);
  const auto set_issuer = [&](std::string_view issuer) {
    test::set_extension(recipe, oid::kFulcioIssuerV2, false, encode_der(der_tag::kUtf8String, bytes_of(issuer)));
  };
  set_issuer("https://issu\xC3\xA9r.example.org");
  test::expect_taken(verify());
  for (const std::string_view bad : {"", "https://a\n", "https://a\x7f", "https://a\xff", "\x1b[2J"}) {
    set_issuer(bad);
    expect_refusal("OIDC issuer is empty or not printable text");
  }
  test::remove_extension(recipe, oid::kFulcioIssuerV2);
  test::set_extension(recipe, oid::kFulcioIssuerV1, false, Bytes{});
  expect_refusal("OIDC issuer is empty or not printable text");
}

// Every case that passes in sigstore-conformance has the identity that the suite expects there.
TEST(LeafProfileOfTheSuite, IsThatOfTheExpectedIdentity) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  for (const test::ConformanceCase& subject : test::conformance_cases("")) {
    if (!subject.passes || subject.san.empty()) continue;
    const auto identity = verify_leaf_profile(test::leaf_of(subject));
    ASSERT_TRUE(identity) << subject.name << ": " << identity.error().what;
    EXPECT_EQ(identity->san, subject.san) << subject.name;
    EXPECT_EQ(identity->issuer, subject.issuer) << subject.name;
  }
}

}  // namespace
}  // namespace signet::sigstore
