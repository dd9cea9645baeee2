#include "sigstore/verify/issued_certificate.h"

#include <gtest/gtest.h>

#include <chrono>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_sct.h"

namespace signet::sigstore {
namespace {

namespace extension = test::extension_oid;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kTestIssuer;
using test::kTestSan;
using test::make_certificate;
using test::milliseconds_of;
using test::SoftwareKey;

const WallTime kNow = parse_rfc3339("2026-01-31T12:00:00Z").value();

std::string fingerprint(const PublicKey& key) { return "sha256:" + encode_hex(key.fingerprint()); }

// A CA that answers what the recipe says, and logs it.
class IssuedCertificate : public testing::Test {
 protected:
  // The untouched twin passes before anything is spoiled.
  void SetUp() override {
    const auto taken = verify(leaf());
    ASSERT_TRUE(taken) << taken.error().sentence();
  }

  Certificate leaf() const {
    return test::make_logged_certificate(recipe, authority_key, log, {{.milliseconds = milliseconds_of(kNow)}});
  }
  Result<VerifiedCertificate> verify(const Certificate& certificate) const {
    return verify_issued_certificate(certificate, key.public_key(), kTestSan, kTestIssuer, root, now);
  }
  void expect_refusal(std::string_view reason) const {
    test::expect_refusal(verify(leaf()), ErrorCode::CaRefused, reason);
  }
  TrustedRoot trust() const {
    const Certificate authority = make_certificate(
        test::authority_recipe(authority_key.public_key(), "test CA", kNow - hours(999), kNow + hours(999)),
        authority_key);
    return {.logs = {},
            .ct_logs = {log.entry()},
            .certificate_authorities = {{.uri = "https://ca.test",
                                         .chain = {authority},
                                         .valid_for = {.start = kNow - hours(999)}}},
            .timestamp_authorities = {}};
  }

  SoftwareKey authority_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  SoftwareKey key = SoftwareKey::generate(KeyKind::EcdsaP256);
  test::TestCtLog log{KeyKind::EcdsaP256, kNow - hours(999)};
  TrustedRoot root = trust();
  test::CertificateRecipe recipe = test::leaf_recipe(key.public_key(), kNow);
  WallTime now = kNow;
};

TEST_F(IssuedCertificate, IsTheOneThatWasAskedFor) {
  const auto verified = verify(leaf());
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->san(), kTestSan);
  EXPECT_EQ(verified->issuer(), kTestIssuer);
  EXPECT_TRUE(verified->certificate().public_key() == key.public_key());
}

TEST_F(IssuedCertificate, IsRefusedForAnotherKeyAndNamesBoth) {
  recipe.key = SoftwareKey::generate(KeyKind::EcdsaP256).public_key();
  expect_refusal("its key is " + fingerprint(recipe.key) + ", not " + fingerprint(key.public_key()));
}

TEST_F(IssuedCertificate, MayLiveADayAndNotASecondMore) {
  recipe.not_after = kNow + hours(24);
  EXPECT_TRUE(verify(leaf()));
  recipe.not_after = kNow + hours(24) + seconds(1);
  expect_refusal("more than 24 hours, from 2026-01-31T12:00:00Z to 2026-02-01T12:00:01Z");
}

TEST_F(IssuedCertificate, IsValidNowWithBothEnds) {
  now = kNow + minutes(10);
  EXPECT_TRUE(verify(leaf()));
  now = kNow + minutes(10) + seconds(1);
  expect_refusal("valid from 2026-01-31T12:00:00Z to 2026-01-31T12:10:00Z, and it is 2026-01-31T12:10:01Z");
  EXPECT_EQ(verify(leaf()).error().remedy, "set this machine's clock");
}

TEST_F(IssuedCertificate, MayComeFromAClockThatIsFiveMinutesAheadOfOurs) {
  now = kNow - minutes(5);
  EXPECT_TRUE(verify(leaf()));
  now = kNow - minutes(5) - seconds(1);
  expect_refusal("and it is 2026-01-31T11:54:59Z");
  EXPECT_EQ(verify(leaf()).error().remedy, "set this machine's clock");
}

TEST_F(IssuedCertificate, HasNoLifeThatEndsBeforeItBegins) {
  recipe.not_after = recipe.not_before - seconds(1);
  expect_refusal("valid from");
}

TEST_F(IssuedCertificate, IsRefusedFromACaThatTheRootDoesNotHave) {
  recipe.issuer_name = "another CA";
  expect_refusal("CaUntrusted");
}

TEST_F(IssuedCertificate, IsRefusedWithASignatureThatIsNotTheCas) {
  Bytes der = to_bytes(leaf().der());
  der.back() ^= 1U;
  test::expect_refusal(verify(Certificate::from_der(der).value()), ErrorCode::CaRefused, "CertificateInvalid");
}

TEST_F(IssuedCertificate, IsRefusedFromACaThatIsNotToBeTrustedNow) {
  root.certificate_authorities.front().valid_for.end = kNow - seconds(1);
  expect_refusal("CertificateNotValidThen: the CA was not to be trusted");
}

TEST_F(IssuedCertificate, IsRefusedWithoutSct) {
  test::expect_refusal(verify(make_certificate(recipe, authority_key)), ErrorCode::CaRefused, "SctMissing");
}

TEST_F(IssuedCertificate, IsRefusedWithAnSctThatDoesNotVerify) {
  const auto spoiled = test::make_logged_certificate(
      recipe, authority_key, log,
      {{.milliseconds = milliseconds_of(kNow), .change_after_signing = [](Bytes& sct) { sct[40] ^= 1U; }}});
  test::expect_refusal(verify(spoiled), ErrorCode::CaRefused, "SctInvalid");
}

TEST_F(IssuedCertificate, IsRefusedForACa) {
  set_extension(recipe, extension::kBasicConstraints, true, parse_hex("30030101ff").value());
  expect_refusal("CertificateUnsuitable: the signer's certificate is a CA's");
}

TEST_F(IssuedCertificate, IsRefusedForOtherUses) {
  const test::CertificateRecipe good = recipe;
  set_extension(recipe, extension::kKeyUsage, true, parse_hex("03020106").value());
  expect_refusal("may not make signatures");
  recipe = good;
  set_extension(recipe, extension::kExtendedKeyUsage, false, test::purposes({oid::kTimeStamping}));
  expect_refusal("not for code signing");
}

TEST_F(IssuedCertificate, IsRefusedForAnotherSanAndNamesBoth) {
  const auto other = verify_issued_certificate(leaf(), key.public_key(), "bob@example.org", kTestIssuer, root, now);
  test::expect_refusal(other, ErrorCode::CaRefused, "expected bob@example.org; found ada@example.org");
}

TEST_F(IssuedCertificate, IsRefusedForAnotherIssuerAndNamesBoth) {
  const auto other =
      verify_issued_certificate(leaf(), key.public_key(), kTestSan, "https://other.example.org", root, now);
  test::expect_refusal(other, ErrorCode::CaRefused,
                       "expected https://other.example.org; found https://issuer.example.org");
}

TEST_F(IssuedCertificate, IsAskedForSomebody) {
  test::expect_refusal(verify_issued_certificate(leaf(), key.public_key(), "", kTestIssuer, root, now),
                       ErrorCode::InvalidRequest, "needs a SAN and an issuer");
  test::expect_refusal(verify_issued_certificate(leaf(), key.public_key(), kTestSan, "", root, now),
                       ErrorCode::InvalidRequest, "needs a SAN and an issuer");
}

}  // namespace
}  // namespace signet::sigstore
