#include "sandbox/certificate_profile.h"

#include <gtest/gtest.h>

#include <set>

#include "common/hex.h"
#include "sigstore/encoding/der.h"

namespace signet::sandbox {
namespace {

class Profile : public testing::Test {
 protected:
  [[nodiscard]] sigstore::Certificate issue() const {
    auto certificate = sigstore::Certificate::from_der(sign_tbs(encode_tbs(profile_), key_));
    if (!certificate) ADD_FAILURE() << certificate.error().sentence();
    return *certificate;
  }

  SoftwareKey key_ = SoftwareKey::generate();
  CertificateProfile profile_{.issuer_name = encode_name("issuer"),
                              .subject_name = empty_name(),
                              .not_before = wall_time_from_unix(1'800'000'000),
                              .not_after = wall_time_from_unix(1'800'000'600),
                              .spki = to_bytes(key_.public_key().spki()),
                              .extensions = {}};
};

TEST_F(Profile, SaysWhatItWasGiven) {
  const auto certificate = issue();
  EXPECT_EQ(certificate.issuer_name(), profile_.issuer_name);
  EXPECT_EQ(encode_hex(certificate.subject_name()), "3000");
  EXPECT_EQ(certificate.not_before(), profile_.not_before);
  EXPECT_EQ(certificate.not_after(), profile_.not_after);
  EXPECT_EQ(certificate.public_key(), key_.public_key());
}

TEST_F(Profile, WritesYearsFrom2050OnWithFourDigits) {
  profile_.not_before = wall_time_from_unix(2524607999);  // 2049-12-31T23:59:59Z, the last UTCTime
  profile_.not_after = wall_time_from_unix(2524608000);
  const Bytes tbs = encode_tbs(profile_);
  const std::string_view text = text_of(tbs);
  EXPECT_NE(text.find("491231235959Z"), std::string_view::npos);
  EXPECT_NE(text.find("20500101000000Z"), std::string_view::npos);
  EXPECT_EQ(issue().not_before(), profile_.not_before);
  EXPECT_EQ(issue().not_after(), profile_.not_after);
}

TEST_F(Profile, HasExtensionsInTheOrderInWhichTheyStand) {
  profile_.extensions = {extension::digital_signature(), extension::purpose(sigstore::oid::kCodeSigning, false),
                         extension::alternative_name({sigstore::SanKind::Email, "a@b.test"}, true),
                         extension::issuer_v1("https://issuer.test"), extension::issuer_v2("https://issuer.test")};
  const auto certificate = issue();
  EXPECT_TRUE(certificate.has_key_usage_digital_signature());
  EXPECT_TRUE(certificate.has_extended_key_usage(sigstore::oid::kCodeSigning));
  EXPECT_FALSE(certificate.is_ca());
  EXPECT_EQ(certificate.subject_alternative_name()->value, "a@b.test");
  EXPECT_EQ(certificate.oidc_issuer().value(), "https://issuer.test");
  EXPECT_EQ(text_of(*certificate.extension(sigstore::oid::kFulcioIssuerV1)), "https://issuer.test") << "raw text";
  EXPECT_EQ(certificate.extension(sigstore::oid::kFulcioIssuerV2),
            sigstore::encode_der(sigstore::der_tag::kUtf8String, bytes_of("https://issuer.test")));
}

TEST_F(Profile, WritesEveryKindOfName) {
  for (const sigstore::SubjectAlternativeName& name :
       {sigstore::SubjectAlternativeName{sigstore::SanKind::Email, "a@b.test"},
        {sigstore::SanKind::Uri, "https://b.test/x"},
        {sigstore::SanKind::OtherName, "user!b.test"}}) {
    profile_.extensions = {extension::alternative_name(name, true)};
    const auto read = issue().subject_alternative_name();
    ASSERT_TRUE(read.has_value()) << read.error().sentence();
    EXPECT_EQ(*read, name);
  }
}

TEST_F(Profile, MakesAuthoritiesThatMaySignAndLeavesThatMayNot) {
  profile_.extensions = {extension::certificate_signing(), extension::authority_of_leaves()};
  EXPECT_TRUE(issue().is_ca());
  EXPECT_FALSE(issue().has_key_usage_digital_signature());
  EXPECT_EQ(encode_hex(extension::authority_of_leaves().value), "30060101ff020100") << "pathlen:0";
  EXPECT_EQ(encode_hex(extension::authority().value), "30030101ff");
  EXPECT_EQ(encode_hex(extension::certificate_signing().value), "03020106")
      << "keyCertSign, cRLSign (openssl asn1parse)";
  EXPECT_EQ(encode_hex(extension::digital_signature().value), "03020780");
}

TEST_F(Profile, MakesATimestampingPurposeThatIsCriticalAndAlone) {
  profile_.extensions = {extension::purpose(sigstore::oid::kTimeStamping, true)};
  EXPECT_TRUE(issue().has_sole_critical_extended_key_usage(sigstore::oid::kTimeStamping));
}

TEST_F(Profile, WritesThePoisonOfRfc6962) {
  EXPECT_TRUE(extension::poison().critical);
  EXPECT_EQ(encode_hex(extension::poison().value), "0500");
}

TEST(SerialNumber, IsPositiveRandomAndOfSixteenBytes) {
  std::set<Bytes> seen;
  for (int i = 0; i < 100; ++i) {
    const Bytes serial = CertificateProfile::random_serial();
    ASSERT_EQ(serial.size(), 16U);
    EXPECT_EQ(serial[0] & 0xc0U, 0x40U) << "neither negative nor shorter";
    seen.insert(serial);
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST(SandboxName, SaysThatItIsNotForTrust) {
  const Bytes name = encode_name("x");
  EXPECT_NE(text_of(name).find("SANDBOX NOT FOR TRUST"), std::string_view::npos);
}

}  // namespace
}  // namespace signet::sandbox
