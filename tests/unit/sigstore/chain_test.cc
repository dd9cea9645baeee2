#include "sigstore/verify/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

namespace extension = test::extension_oid;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CertificateRecipe;
using test::expect_refused;
using test::expect_taken;
using test::make_certificate;
using test::purposes;
using test::SoftwareKey;

const WallTime kStart = parse_rfc3339("2026-01-31T12:00:00Z").value();

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

// Root, intermediate and leaf, each as its recipe says; a leaf of ten minutes in the middle of their year.
class Chain : public testing::Test {
 protected:
  // The untouched twin passes before anything is spoiled.
  void SetUp() override { expect_taken(verify()); }

  Certificate root() const { return make_certificate(root_recipe, root_key); }
  Certificate intermediate() const { return make_certificate(intermediate_recipe, root_key); }
  Certificate leaf() const { return make_certificate(leaf_recipe, intermediate_key); }
  TrustedRoot trusted() const { return trusting({intermediate(), root()}); }
  TrustedRoot trusting(std::vector<Certificate> chain) const {
    return {.logs = {},
            .ct_logs = {},
            .certificate_authorities = {{.uri = "https://ca.test", .chain = std::move(chain), .valid_for = valid_for}},
            .timestamp_authorities = {}};
  }
  Verdict<VerifiedChain> verify() const { return verify_chain(leaf(), trusted(), times); }
  void expect_refusal(RefusalCode code, std::string_view reason) const { expect_refused(verify(), code, reason); }

  SoftwareKey root_key = SoftwareKey::generate(KeyKind::EcdsaP384);
  SoftwareKey intermediate_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  SoftwareKey leaf_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  CertificateRecipe root_recipe =
      test::authority_recipe(root_key.public_key(), "test root", kStart - hours(4000), kStart + hours(4000));
  CertificateRecipe intermediate_recipe =
      test::intermediate_recipe(root_recipe, intermediate_key.public_key(), "test CA");
  CertificateRecipe leaf_recipe = test::leaf_recipe(leaf_key.public_key(), kStart);
  TimeRange valid_for{.start = kStart - hours(4000)};
  std::vector<WallTime> times{kStart + minutes(5)};
};

TEST_F(Chain, YieldsTheCertificateThatIssuedTheLeaf) {
  EXPECT_TRUE(verify().value().issuer().public_key() == intermediate_key.public_key());
}

TEST_F(Chain, MayBeARootThatIssuedTheLeafItself) {
  leaf_recipe.issuer_name = "test root";
  const auto chain = verify_chain(make_certificate(leaf_recipe, root_key), trusting({root()}), times);
  expect_taken(chain);
  EXPECT_TRUE(chain->issuer().public_key() == root_key.public_key());
}

TEST_F(Chain, MayEndAtAnAnchorThatIsNotSelfSigned) {
  expect_taken(verify_chain(leaf(), trusting({intermediate()}), times));
}

TEST_F(Chain, MayBeOfAnRsaRoot) {
  const SoftwareKey rsa = SoftwareKey::generate(KeyKind::Rsa2048);
  const CertificateRecipe recipe =
      test::authority_recipe(rsa.public_key(), "test CA", kStart - hours(1), kStart + hours(1));
  expect_taken(verify_chain(make_certificate(leaf_recipe, rsa), trusting({make_certificate(recipe, rsa)}), times));
}

// --- whose leaf is it?

TEST_F(Chain, IsRefusedWhereNobodyIsTrusted) {
  expect_refused(verify_chain(leaf(), TrustedRoot{}, times), RefusalCode::CaUntrusted, "no CA of the trusted root");
}

TEST_F(Chain, IsRefusedUnderAnAuthorityWithoutCertificates) {
  expect_refused(verify_chain(leaf(), trusting({}), times), RefusalCode::CaUntrusted, "no CA of the trusted root");
}

TEST_F(Chain, IsRefusedUnderAnotherCasName) {
  leaf_recipe.issuer_name = "another CA";
  expect_refusal(RefusalCode::CaUntrusted, "no CA of the trusted root");
}

TEST_F(Chain, IsRefusedWithoutTheIntermediate) {
  expect_refused(verify_chain(leaf(), trusting({root()}), times), RefusalCode::CaUntrusted,
                 "no CA of the trusted root");
}

TEST_F(Chain, IsRefusedWithASignatureThatIsNotTheCas) {
  const SoftwareKey impostor = SoftwareKey::generate(KeyKind::EcdsaP256);
  expect_refused(verify_chain(make_certificate(leaf_recipe, impostor), trusted(), times),
                 RefusalCode::CertificateInvalid, "signature failure");
}

TEST_F(Chain, IsRefusedWithAChangedByteInTheLeaf) {
  Bytes der = test::make_certificate_der(leaf_recipe, intermediate_key);
  const std::string_view text = text_of(der);
  der[text.find(test::kTestSan)] ^= 1U;
  const auto changed = Certificate::from_der(der);
  ASSERT_TRUE(changed);
  expect_refused(verify_chain(*changed, trusted(), times), RefusalCode::CertificateInvalid, "signature failure");
}

TEST_F(Chain, IsRefusedWhereTheRootDidNotSignTheIntermediate) {
  const Certificate forged = make_certificate(intermediate_recipe, SoftwareKey::generate(KeyKind::EcdsaP384));
  expect_refused(verify_chain(leaf(), trusting({forged, root()}), times), RefusalCode::CertificateInvalid,
                 "signature failure");
}

TEST_F(Chain, IsRefusedWhereTheLeafIsTheAnchor) {
  const Certificate self = root();
  expect_refused(verify_chain(self, trusting({intermediate(), self}), times), RefusalCode::CertificateInvalid,
                 "is the CA's own");
  expect_refused(verify_chain(self, trusting({self}), times), RefusalCode::CertificateInvalid, "is the CA's own");
}

TEST_F(Chain, IsRefusedForASelfSignedLeaf) {
  leaf_recipe.subject_name = leaf_recipe.issuer_name;
  expect_refused(verify_chain(make_certificate(leaf_recipe, leaf_key), trusting({root()}), times),
                 RefusalCode::CaUntrusted, "no CA of the trusted root");
}

TEST_F(Chain, IsRefusedForATimestampAuthority) {
  TrustedRoot other = trusted();
  other.timestamp_authorities = std::move(other.certificate_authorities);
  other.certificate_authorities.clear();
  expect_refused(verify_chain(leaf(), other, times), RefusalCode::CaUntrusted, "no CA of the trusted root");
}

// --- when?

TEST_F(Chain, NeedsATime) {
  times.clear();
  expect_refusal(RefusalCode::NoTrustedTime, "no time at which");
}

// RFC 5280 §4.1.2.5: both ends are inside.
TEST_F(Chain, HasBothEndsOfTheLeafsValidityInside) {
  times = {kStart, kStart + minutes(10)};
  expect_taken(verify());
  times = {kStart - seconds(1)};
  expect_refusal(RefusalCode::CertificateNotValidThen, "not yet valid");
  times = {kStart + minutes(10) + seconds(1)};
  expect_refusal(RefusalCode::CertificateNotValidThen, "expired");
  const Refusal refusal = verify().error();
  EXPECT_EQ(refusal.expected, "2026-01-31T12:00:00Z to 2026-01-31T12:10:00Z");
  EXPECT_EQ(refusal.found, "2026-01-31T12:10:01Z");
}

TEST_F(Chain, MustBeValidAtEachTime) {
  for (const auto& pair : {std::pair{minutes(5), minutes(11)}, std::pair{minutes(11), minutes(5)}}) {
    times = {kStart + pair.first, kStart + pair.second};
    expect_refusal(RefusalCode::CertificateNotValidThen, "expired");
  }
}

TEST_F(Chain, IsRefusedWhereTheIntermediateWasNotValidThen) {
  intermediate_recipe.not_after = kStart + minutes(5);
  expect_taken(verify());
  intermediate_recipe.not_after = kStart + minutes(4);
  expect_refusal(RefusalCode::CertificateNotValidThen, "expired");
  intermediate_recipe.not_after = kStart + hours(1);
  intermediate_recipe.not_before = kStart + minutes(6);
  expect_refusal(RefusalCode::CertificateNotValidThen, "not yet valid");
}

TEST_F(Chain, IsRefusedWhereTheAnchorWasNotValidThen) {
  root_recipe.not_after = kStart + minutes(5);
  expect_taken(verify());
  root_recipe.not_after = kStart + minutes(4);
  expect_refusal(RefusalCode::CertificateNotValidThen, "expired");
}

TEST_F(Chain, HasBothEndsOfTheAuthoritysValidityInside) {
  constexpr std::string_view kReason = "was not to be trusted at the time";
  valid_for = {.start = times.front(), .end = times.front()};
  expect_taken(verify());
  valid_for = {.start = times.front() + seconds(1)};
  expect_refusal(RefusalCode::CertificateNotValidThen, kReason);
  EXPECT_EQ(verify().error().expected, "2026-01-31T12:05:01Z to no end");
  valid_for = {.start = kStart, .end = times.front() - seconds(1)};
  expect_refusal(RefusalCode::CertificateNotValidThen, kReason);
  EXPECT_EQ(verify().error().expected, "2026-01-31T12:00:00Z to 2026-01-31T12:04:59Z");
  EXPECT_EQ(verify().error().found, "2026-01-31T12:05:00Z");
}

// --- several authorities

TEST_F(Chain, MayBeOfAnyAuthority) {
  TrustedRoot several = trusted();
  CertificateAuthority past = several.certificate_authorities.front();
  past.valid_for = {.start = kStart - hours(3), .end = kStart - hours(2)};
  several.certificate_authorities.insert(several.certificate_authorities.begin(), past);
  expect_taken(verify_chain(leaf(), several, times));
  several.certificate_authorities.pop_back();
  expect_refused(verify_chain(leaf(), several, times), RefusalCode::CertificateNotValidThen, "was not to be trusted");
}

TEST_F(Chain, MustBeOfOneAuthorityAtAllTimes) {
  TrustedRoot several = trusted();
  several.certificate_authorities.push_back(several.certificate_authorities.front());
  several.certificate_authorities.front().valid_for = {.start = kStart, .end = kStart + minutes(3)};
  several.certificate_authorities.back().valid_for = {.start = kStart + minutes(4)};
  times = {kStart + minutes(1)};
  expect_taken(verify_chain(leaf(), several, times));
  times = {kStart + minutes(1), kStart + minutes(5)};
  expect_refused(verify_chain(leaf(), several, times), RefusalCode::CertificateNotValidThen, "was not to be trusted");
}

// The CA that signed has a time to complain about; its namesake only that it did not sign.
TEST_F(Chain, SaysWhatIsWrongUnderTheCaThatSigned) {
  const SoftwareKey other = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Certificate namesake = make_certificate(
      test::authority_recipe(other.public_key(), "test CA", kStart - hours(1), kStart + hours(1)), other);
  times = {kStart + minutes(11)};
  TrustedRoot several = trusted();
  several.certificate_authorities.push_back(trusting({namesake}).certificate_authorities.front());
  expect_refused(verify_chain(leaf(), several, times), RefusalCode::CertificateNotValidThen, "expired");
  std::swap(several.certificate_authorities.front(), several.certificate_authorities.back());
  expect_refused(verify_chain(leaf(), several, times), RefusalCode::CertificateNotValidThen, "expired");
}

// --- may it issue? (RFC 5280 §6.1)

TEST_F(Chain, IsRefusedUnderAnIntermediateThatIsNoCa) {
  set_extension(intermediate_recipe, extension::kBasicConstraints, true, unhex("3000"));
  expect_refusal(RefusalCode::CertificateInvalid, "invalid CA certificate");
  remove_extension(intermediate_recipe, extension::kBasicConstraints);
  expect_refusal(RefusalCode::CertificateInvalid, "invalid CA certificate");
}

TEST_F(Chain, IsRefusedUnderAnIntermediateWhoseKeyMayNotSignCertificates) {
  set_extension(intermediate_recipe, extension::kKeyUsage, true, unhex("03020780"));
  expect_refused(verify(), RefusalCode::CertificateInvalid);
}

TEST_F(Chain, IsRefusedWhereItIsLongerThanTheRootAllows) {
  set_extension(root_recipe, extension::kBasicConstraints, true, unhex("30060101ff020101"));
  expect_taken(verify());
  set_extension(root_recipe, extension::kBasicConstraints, true, unhex("30060101ff020100"));
  expect_refusal(RefusalCode::CertificateInvalid, "path length");
}

TEST_F(Chain, IsRefusedForANameThatTheCaMayNotGive) {
  const auto permit = [this](std::string_view host) {  // permittedSubtrees, rfc822Name
    const Bytes subtree = encode_der(der_tag::kSequence, std::vector<Bytes>{encode_der(0x81, bytes_of(host))});
    set_extension(intermediate_recipe, extension::kNameConstraints, true,
                  encode_der(der_tag::kSequence, std::vector<Bytes>{encode_der(der_tag::context(0), subtree)}));
  };
  permit("example.org");
  expect_taken(verify());
  permit("example.com");
  expect_refusal(RefusalCode::CertificateInvalid, "permitted subtree violation");
}

TEST_F(Chain, IsRefusedUnderAnIntermediateForOtherPurposes) {
  constexpr std::string_view kReason = "may not issue for code signing";
  const auto set = [this](const Bytes& value) {
    set_extension(intermediate_recipe, extension::kExtendedKeyUsage, false, value);
  };
  set(purposes({"2.5.29.37.0"}));
  expect_taken(verify());
  set(purposes({oid::kTimeStamping}));
  expect_refusal(RefusalCode::CertificateInvalid, kReason);
  remove_extension(intermediate_recipe, extension::kExtendedKeyUsage);
  expect_taken(verify());
}

// RFC 5280 §6.1.1 (d): of an anchor its name and key count. What it is for, the trusted root says.
TEST_F(Chain, MayEndAtAnAnchorThatNamesOtherPurposes) {
  set_extension(root_recipe, extension::kExtendedKeyUsage, false, purposes({oid::kTimeStamping}));
  expect_taken(verify());
}

TEST_F(Chain, IsRefusedWithACriticalExtensionThatNobodyUnderstands) {
  const CertificateRecipe good_leaf = leaf_recipe;
  for (CertificateRecipe* recipe : {&leaf_recipe, &intermediate_recipe}) {
    set_extension(*recipe, "1.2.3.4.5", false, unhex("0500"));
    expect_taken(verify());
    set_extension(*recipe, "1.2.3.4.5", true, unhex("0500"));
    expect_refusal(RefusalCode::CertificateInvalid, "unhandled critical extension");
    leaf_recipe = good_leaf;
  }
}

TEST_F(Chain, IsRefusedForAPrecertificate) {
  set_extension(leaf_recipe, oid::kCtPoison, true, unhex("0500"));
  expect_refusal(RefusalCode::CertificateInvalid, "unhandled critical extension");
}

TEST_F(Chain, IsRefusedWithASignatureBySha1) {
  leaf_recipe.with_sha1 = true;
  expect_refused(verify(), RefusalCode::CertificateInvalid, "too weak");
  leaf_recipe.with_sha1 = false;
  intermediate_recipe.with_sha1 = true;
  expect_refused(verify(), RefusalCode::CertificateInvalid, "too weak");
}

// Nobody needs an anchor's signature over itself.
TEST_F(Chain, MayHaveAnAnchorWhoseOwnSignatureIsOld) {
  root_recipe.with_sha1 = true;
  expect_taken(verify());
}

// --- sigstore-conformance

class ChainOfTheSuite : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  }
  static Verdict<VerifiedChain> verify(const test::ConformanceCase& leaf_of, const test::ConformanceCase& root_of,
                                       minutes after_start) {
    const Certificate leaf = test::leaf_of(leaf_of);
    const std::vector<WallTime> times{leaf.not_before() + after_start};
    return verify_chain(leaf, test::trusted_root_of(root_of), times);
  }
};

TEST_F(ChainOfTheSuite, IsThatOfItsOwnInstanceAtTheTimesOfTheLeaf) {
  for (const test::ConformanceCase& subject : test::conformance_cases("")) {
    if (!subject.passes || subject.san.empty()) continue;
    SCOPED_TRACE(subject.name);
    expect_taken(verify(subject, subject, minutes(0)));
    expect_taken(verify(subject, subject, minutes(10)));
    expect_refused(verify(subject, subject, minutes(11)), RefusalCode::CertificateNotValidThen, "expired");
  }
}

TEST_F(ChainOfTheSuite, IsNotThatOfAnotherInstance) {
  const auto production = test::conformance_case("happy-path-v0.3-new-mediaType");
  const auto staging = test::conformance_case("rekor2-timestamp-with-embedded-cert");
  const auto own = test::conformance_case("bundle-with-sct-with-extensions");
  expect_refused(verify(staging, production, minutes(0)), RefusalCode::CaUntrusted);
  expect_refused(verify(production, staging, minutes(0)), RefusalCode::CaUntrusted);
  expect_refused(verify(production, own, minutes(0)), RefusalCode::CaUntrusted);
}

}  // namespace
}  // namespace signet::sigstore
