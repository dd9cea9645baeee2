#include "sigstore/verify/sct.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/made_sct.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;
using test::make_certificate;
using test::milliseconds_of;
using test::SctRecipe;
using test::SoftwareKey;
using test::TestCtLog;

const WallTime kStart = wall_time_from_unix(1'700'000'000);

class SctTest : public testing::Test {
 protected:
  // The untouched twin passes before anything is spoiled.
  void SetUp() override { expect_taken(verify()); }

  Certificate leaf() const { return test::make_logged_certificate(recipe, authority_key, log, scts); }
  using Scts = Verdict<std::vector<VerifiedSct>>;
  Scts verify() const { return verify_scts(leaf(), authority, root); }
  void expect_refusal(std::string_view reason) const { expect_refused(verify(), RefusalCode::SctInvalid, reason); }
  // A leaf with this SCT extension.
  Scts verify_extension(const Bytes& value) const {
    test::CertificateRecipe other = recipe;
    test::set_extension(other, oid::kSctList, false, value);
    return verify_scts(make_certificate(other, authority_key), authority, root);
  }

  SoftwareKey authority_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  Certificate authority = make_certificate(
      test::authority_recipe(authority_key.public_key(), "test CA", kStart, kStart + std::chrono::hours(24)),
      authority_key);
  TestCtLog log{KeyKind::EcdsaP256, kStart};
  TrustedRoot root{.logs = {}, .ct_logs = {log.entry()}, .certificate_authorities = {}, .timestamp_authorities = {}};
  test::CertificateRecipe recipe =
      test::leaf_recipe(SoftwareKey::generate(KeyKind::EcdsaP256).public_key(), kStart + std::chrono::hours(1));
  std::vector<SctRecipe> scts{{.milliseconds = milliseconds_of(kStart + std::chrono::hours(1))}};
  SctRecipe& sct = scts.front();
};

TEST_F(SctTest, CountsDistinctLogsTowardsTheThreshold) {
  const auto with = [&](unsigned threshold) { return verify_scts(leaf(), authority, root, threshold); };
  EXPECT_EQ(with(1).value().front().counted_as, encode_hex(root.ct_logs.front().log_id));
  const auto expect_one = [&] {
    const auto verdict = with(2);
    ASSERT_FALSE(verdict);
    expect_refused(verdict, RefusalCode::SctInvalid, "in too few CT logs");
    EXPECT_EQ(verdict.error().expected, "at least 2");
    EXPECT_EQ(verdict.error().found, "1");
  };
  expect_one();
  // Two SCTs of one log are one log's word.
  SctRecipe later = sct;
  ++later.milliseconds;
  scts = {sct, later};
  expect_one();
}

TEST_F(SctTest, CountsLogsOfOneOperatorOnce) {
  const TestCtLog other(KeyKind::EcdsaP256, kStart);
  root.ct_logs.push_back(other.entry());
  const Bytes tbs = test::make_tbs(recipe, KeyKind::EcdsaP256);
  test::CertificateRecipe twice = recipe;
  test::set_sct_list(twice, test::make_sct_list({log.sign(sct, tbs, authority_key.public_key()),
                                                 other.sign(sct, tbs, authority_key.public_key())}));
  const Certificate in_both = make_certificate(twice, authority_key);
  expect_taken(verify_scts(in_both, authority, root, 2));
  for (TransparencyLog& each : root.ct_logs) each.operated_by = "example.org";
  expect_taken(verify_scts(in_both, authority, root, 1));
  expect_refused(verify_scts(in_both, authority, root, 2), RefusalCode::SctInvalid, "in too few CT logs");
}

TEST_F(SctTest, BelowTheThresholdSaysHowManyCountAndWhyAnotherDoesNot) {
  SctRecipe bad = sct;
  bad.change_after_signing = [](Bytes& bytes) { bytes.back() ^= 1U; };
  scts = {bad, sct};
  expect_taken(verify());
  const auto verdict = verify_scts(leaf(), authority, root, 2);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::SctInvalid, "in too few CT logs; another SCT does not count: the SCT is of");
  EXPECT_EQ(verdict.error().expected, "at least 2");
  EXPECT_EQ(verdict.error().found, "1");
}

TEST_F(SctTest, MayHaveExtensionsAndTheyAreSigned) {
  sct.extensions = parse_hex("00000500000dde14").value();
  expect_taken(verify());
  sct.change_after_signing = [](Bytes& bytes) { bytes[43 + 7] ^= 1U; };  // the leaf index
  expect_refusal("of another certificate, or its signature");
}

TEST_F(SctTest, MayStandBetweenOtherExtensions) {
  test::CertificateRecipe plain = recipe;
  const Bytes made = log.sign(sct, test::make_tbs(plain, KeyKind::EcdsaP256), authority.public_key());
  test::set_sct_list(plain, test::make_sct_list({made}));
  std::ranges::rotate(plain.extensions, plain.extensions.end() - 1);
  expect_taken(verify_scts(make_certificate(plain, authority_key), authority, root));
}

TEST_F(SctTest, MayBeOfALogWithAnRsaKey) {
  const TestCtLog rsa(KeyKind::Rsa2048, kStart);
  root.ct_logs = {rsa.entry()};
  expect_taken(verify_scts(test::make_logged_certificate(recipe, authority_key, rsa, scts), authority, root));
}

TEST_F(SctTest, IsMissingWhereThereIsNoList) {
  const auto verdict = verify_scts(make_certificate(recipe, authority_key), authority, root);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::SctMissing, "has no SCT");
  EXPECT_EQ(verdict.error().expected, "at least 1");
  EXPECT_EQ(verdict.error().found, "none");
}

TEST_F(SctTest, IsRefusedInAMalformedExtension) {
  const Bytes list =
      test::make_sct_list({log.sign(sct, test::make_tbs(recipe, KeyKind::EcdsaP256), authority.public_key())});
  const Bytes good = encode_der(der_tag::kOctetString, list);
  expect_taken(verify_extension(good));
  Bytes longer = good;
  longer.push_back(0);
  for (const Bytes& value : {list, longer, Bytes{}, encode_der(der_tag::kUtf8String, list)}) {
    expect_refused(verify_extension(value), RefusalCode::SctInvalid, "extension is malformed");
  }
  Bytes longer_list = list;
  longer_list.push_back(0);
  expect_refused(verify_extension(encode_der(der_tag::kOctetString, longer_list)), RefusalCode::SctInvalid,
                 "length that does not fit");
  expect_refused(verify_extension(encode_der(der_tag::kOctetString, test::make_sct_list({}))), RefusalCode::SctInvalid,
                 "no SCT of version 1");
}

TEST_F(SctTest, OfAnotherVersionIsNone) {
  sct.version = 1;
  expect_refusal("no SCT of version 1");
}

TEST_F(SctTest, OfAnUnknownLogIsRefusedByName) {
  sct.log_id = Bytes(32, 0xab);
  const auto verdict = verify();
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::SctInvalid, "the trusted root does not have");
  EXPECT_EQ(verdict.error().expected, "one of its 1 CT logs");
  EXPECT_EQ(verdict.error().found, encode_hex(*sct.log_id));
  sct.log_id.reset();
  root.ct_logs.clear();
  expect_refusal("the trusted root does not have");
}

// Rekor's keys do not vouch for certificates.
TEST_F(SctTest, OfALogThatIsNotForCertificatesIsRefused) {
  root.logs = std::move(root.ct_logs);
  root.ct_logs.clear();
  expect_refusal("the trusted root does not have");
}

TEST_F(SctTest, OfAnotherKeyUnderTheLogsIdIsRefused) {
  sct.log_id = to_bytes(log.key().public_key().fingerprint());
  expect_taken(verify());
  const TestCtLog impostor(KeyKind::EcdsaP256, kStart);
  expect_refused(verify_scts(test::make_logged_certificate(recipe, authority_key, impostor, scts), authority, root),
                 RefusalCode::SctInvalid, "of another certificate, or its signature");
}

TEST_F(SctTest, HasItsTimeWithinTheLogsWithBothEnds) {
  constexpr std::string_view kReason = "of a time when its CT log was not to be trusted";
  root.ct_logs.front().valid_for.end = kStart + std::chrono::hours(2);
  const std::uint64_t first = milliseconds_of(kStart);
  const std::uint64_t last = milliseconds_of(kStart + std::chrono::hours(2));
  for (const std::uint64_t within : {first, last}) {
    sct.milliseconds = within;
    expect_taken(verify());
  }
  for (const std::uint64_t outside : {first - 1, last + 1, std::uint64_t{0}}) {
    sct.milliseconds = outside;
    expect_refusal(kReason);
  }
}

// Beyond what our clock can say: no overflow turns it into a time within. 2^61 milliseconds are 125 times 2^64
// microseconds, so the last of these would wrap around to the good time.
TEST_F(SctTest, OfNoTimeThatThereIsIsRefused) {
  for (const std::uint64_t number :
       {std::numeric_limits<std::uint64_t>::max(), std::uint64_t{1} << 63U, std::uint64_t{9'223'372'036'854'776},
        sct.milliseconds + (std::uint64_t{1} << 61U)}) {
    sct.milliseconds = number;
    expect_refusal("of a time when its CT log was not to be trusted");
  }
}

TEST_F(SctTest, MayBeOfAnySpanOfItsLog) {
  TransparencyLog earlier = root.ct_logs.front();
  earlier.valid_for = {.start = kStart - std::chrono::hours(2), .end = kStart - std::chrono::hours(1)};
  root.ct_logs.insert(root.ct_logs.begin(), earlier);
  expect_taken(verify());
  root.ct_logs.pop_back();
  expect_refusal("of a time when its CT log was not to be trusted");
}

TEST_F(SctTest, HasTheAlgorithmOfItsLogsKey) {
  constexpr std::string_view kReason = "signature algorithm that does not fit";
  sct.hash_algorithm = 5;  // sha384
  expect_refusal(kReason);
  sct.hash_algorithm = 2;  // sha1
  expect_refusal(kReason);
  sct.hash_algorithm = 4;
  sct.signature_algorithm = 1;  // rsa
  expect_refusal(kReason);
  const TestCtLog rsa(KeyKind::Rsa2048, kStart);
  root.ct_logs = {rsa.entry()};
  sct.signature_algorithm = 3;  // ecdsa
  expect_refused(verify_scts(test::make_logged_certificate(recipe, authority_key, rsa, scts), authority, root),
                 RefusalCode::SctInvalid, kReason);
}

TEST_F(SctTest, OfAnotherIssuersCertificateIsRefused) {
  const SoftwareKey other = SoftwareKey::generate(KeyKind::EcdsaP256);
  const Certificate same_name = make_certificate(
      test::authority_recipe(other.public_key(), "test CA", kStart, kStart + std::chrono::hours(24)), other);
  expect_refused(verify_scts(leaf(), same_name, root), RefusalCode::SctInvalid, "of another certificate");
}

TEST_F(SctTest, OfAnotherCertificateIsRefused) {
  const Bytes stolen = leaf().extension(oid::kSctList).value();
  expect_taken(verify_extension(stolen));
  recipe.not_after += std::chrono::seconds(1);
  expect_refused(verify_extension(stolen), RefusalCode::SctInvalid, "of another certificate");
}

TEST_F(SctTest, WithAChangedTimeOrSignatureIsRefused) {
  for (const std::size_t at : {std::size_t{1 + 32 + 7}, std::size_t{1 + 32 + 8 + 2 + 2 + 2 + 10}}) {
    sct.change_after_signing = [at](Bytes& bytes) { bytes.at(at) ^= 1U; };
    expect_refusal("of another certificate, or its signature");
  }
}

TEST_F(SctTest, NeedsOneGoodAmongSeveral) {
  const SctRecipe good = sct;
  SctRecipe unknown = good;
  unknown.log_id = Bytes(32, 0xab);
  SctRecipe newer = good;
  newer.version = 1;
  scts = {unknown, newer, good};
  expect_taken(verify());
  scts = {unknown, newer, unknown};
  expect_refused(verify(), RefusalCode::SctInvalid, "the trusted root does not have");
}

// --- sigstore-conformance

class SctOfTheSuite : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  }
  // Under whichever certificate of the trusted root has the issuer's name.
  static Verdict<std::vector<VerifiedSct>> verify(const test::ConformanceCase& subject) {
    const Certificate leaf = test::leaf_of(subject);
    const TrustedRoot root = test::trusted_root_of(subject);
    for (const CertificateAuthority& authority : root.certificate_authorities) {
      for (const Certificate& each : authority.chain) {
        if (each.subject_name() == leaf.issuer_name()) return verify_scts(leaf, each, root);
      }
    }
    return refused(RefusalCode::CaUntrusted, "no issuer in the case");
  }
};

// Among them: production and staging, logs with and without extensions.
TEST_F(SctOfTheSuite, IsTakenInEachCaseThatPasses) {
  for (const test::ConformanceCase& subject : test::conformance_cases("")) {
    if (!subject.passes || subject.san.empty()) continue;
    SCOPED_TRACE(subject.name);
    expect_taken(verify(subject));
  }
}

TEST_F(SctOfTheSuite, IsTakenWithExtensions) {
  expect_taken(verify(test::conformance_case("bundle-with-sct-with-extensions")));
}

TEST_F(SctOfTheSuite, IsRefusedUnderAnAlteredKey) {
  expect_refused(verify(test::conformance_case("invalid-ct-key_fail")), RefusalCode::SctInvalid);
}

}  // namespace
}  // namespace signet::sigstore
