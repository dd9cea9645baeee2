#include "sigstore/verify/timestamp.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/made_timestamp.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using test::expect_refused;
using test::make_timestamp;
using test::make_timestamp_token;
using test::SoftwareKey;
using test::TestAuthority;
using test::TimestampRecipe;

constexpr std::string_view kSha1 = "1.3.14.3.2.26";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kSigningCertificate = "1.2.840.113549.1.9.16.2.12";

WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }
Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }
Bytes purposes(const std::vector<std::string_view>& oids) {
  std::vector<Bytes> all;
  for (const std::string_view oid : oids) all.push_back(encode_der_oid(oid));
  return encode_der(der_tag::kSequence, all);
}

class Timestamp : public testing::Test {
 protected:
  [[nodiscard]] Verdict<std::vector<VerifiedTimestamp>> times_of(const std::vector<Bytes>& responses) const {
    Findings findings;
    return verify_timestamps(responses, stamped, root, findings);
  }
  TestAuthority authority{at("2026-01-01T00:00:00Z")};
  Bytes stamped = to_bytes("a signature");
  TimestampRecipe recipe{stamped};
  TrustedRoot root{
      .logs = {}, .ct_logs = {}, .certificate_authorities = {}, .timestamp_authorities = {authority.entry()}};

  Result<VerifiedTimestamp> verify() const {
    return verify_timestamp(make_timestamp(recipe, authority), stamped, root);
  }
  void expect_refusal_of_recipe(std::string_view reason) const {
    EXPECT_TRUE(verify_timestamp(make_timestamp(TimestampRecipe(stamped), authority), stamped, root));
    expect_refusal(verify(), ErrorCode::NotVerified, reason);
  }
  // The same recipe by an authority whose leaf is of another kind.
  void expect_refusal_of_leaf(void (*change)(test::CertificateRecipe&), std::string_view reason) const {
    const TestAuthority other(at("2026-01-01T00:00:00Z"), change);
    TrustedRoot others = root;
    others.timestamp_authorities = {other.entry()};
    expect_refusal(verify_timestamp(make_timestamp(recipe, other), stamped, others), ErrorCode::NotVerified, reason);
  }
};

TEST_F(Timestamp, OfATrustedAuthorityIsATime) {
  const auto verified = verify();
  ASSERT_TRUE(verified) << verified.error().sentence();
  EXPECT_EQ(verified->time, at("2026-01-31T12:00:00Z"));
  EXPECT_EQ(verified->authority, "https://tsa.test");
}

TEST_F(Timestamp, MayHaveItsAuthoritysCertificatesInside) {
  recipe.certificates = {to_bytes(authority.leaf().der()), to_bytes(authority.root().der())};
  EXPECT_TRUE(verify());
}

TEST_F(Timestamp, MayNotHaveOtherCertificatesAlone) {
  recipe.certificates = {to_bytes(authority.root().der())};
  expect_refusal_of_recipe("holds certificates, and not that of its authority");
}

TEST_F(Timestamp, MayNotHaveAChangedCertificateOfItsAuthority) {
  recipe.certificates = {to_bytes(authority.leaf().der())};
  recipe.certificates.front().back() ^= 1U;
  expect_refusal_of_recipe("holds certificates, and not that of its authority");
}

TEST_F(Timestamp, HasItsFractionOfASecond) {
  recipe.time = "20260131120000.25Z";
  EXPECT_EQ(verify().value().time, at("2026-01-31T12:00:00.25Z"));
}

TEST_F(Timestamp, MayHaveALeafUnderTheAnchorThatTheRootDoesNotHave) {
  root.timestamp_authorities.front().chain = {authority.root()};
  recipe.certificates = {to_bytes(authority.leaf().der())};
  EXPECT_TRUE(verify());
  recipe.certificates.clear();
  expect_refusal(verify(), ErrorCode::NotVerified, "of an authority that the trusted root does not have");
}

// D3 of the suite: the trusted root's leaf is the one that must have signed.
TEST_F(Timestamp, BySomeOtherLeafOfTheSameRootIsRefused) {
  root.timestamp_authorities.front().chain.front() =
      TestAuthority(at("2026-01-01T00:00:00Z")).leaf();  // same names, another key
  recipe.certificates = {to_bytes(authority.leaf().der())};
  expect_refusal(verify(), ErrorCode::NotVerified, "not that of its authority");
  recipe.certificates.clear();
  expect_refusal(verify(), ErrorCode::NotVerified, "a signature that is not its authority's");
}

TEST_F(Timestamp, OfAnUnknownAuthorityIsRefused) {
  root.timestamp_authorities.clear();
  expect_refusal(verify(), ErrorCode::NotVerified, "of an authority that the trusted root does not have");
}

TEST_F(Timestamp, OfSomethingElseIsRefused) {
  recipe.imprint.front() ^= 1U;
  expect_refusal_of_recipe("is of something else");
}

TEST_F(Timestamp, WithTheLongerHashesIsTaken) {
  for (const HashAlgorithm algorithm : {HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    recipe.imprint_algorithm = cms::digest_algorithm(algorithm);
    recipe.imprint = to_bytes(hash(algorithm, stamped).bytes());
    EXPECT_TRUE(verify()) << hash_name(algorithm);
  }
}

TEST_F(Timestamp, WithSha1IsRefused) {
  recipe.imprint_algorithm = encode_der(der_tag::kSequence, encode_der_oid(kSha1));
  recipe.imprint = unhex("0b2bcbdb8d7f7cfe3e9f5c27a1e2c02cfa8a3f11");
  expect_refusal(verify(), ErrorCode::InvalidRequest, "its imprint is not made by SHA-256, SHA-384 or SHA-512");
}

TEST_F(Timestamp, HasToBeTheContentThatWasSigned) {
  recipe.content_digest = Bytes(32, 1);
  expect_refusal_of_recipe("is not the one that was signed");
}

TEST_F(Timestamp, HasToBeSignedAsATimestamp) {
  recipe.content_type = cms::kData;
  expect_refusal(verify(), ErrorCode::InvalidRequest, "its content type is not that of a timestamp");
}

TEST_F(Timestamp, HasToNameTheCertificateThatSigned) {
  recipe.signer_hash = Bytes(32, 1);
  expect_refusal_of_recipe("names another certificate than its signer's");
}

TEST_F(Timestamp, HasToNameACertificateAtAll) {
  recipe.signer_hash_oid = "1.2.840.113549.1.9.16.2.99";
  expect_refusal(verify(), ErrorCode::InvalidRequest, "do not say which certificate signed");
}

// RFC 2634: SHA-1, as older authorities have it.
TEST_F(Timestamp, MayNameItsCertificateTheOldWay) {
  recipe.signer_hash_oid = kSigningCertificate;
  recipe.signer_hash = Bytes(20, 1);
  expect_refusal(verify(), ErrorCode::NotVerified, "names another certificate than its signer's");
  recipe.signer_hash = test::sha1(authority.leaf().der());
  EXPECT_TRUE(verify());
}

TEST_F(Timestamp, WithAChangedSignatureIsRefused) {
  Bytes response = make_timestamp(recipe, authority);
  EXPECT_TRUE(verify_timestamp(response, stamped, root));
  response.back() ^= 1U;
  expect_refusal(verify_timestamp(response, stamped, root), ErrorCode::NotVerified,
                 "a signature that is not its authority's");
}

TEST_F(Timestamp, WithACriticalExtensionIsRefused) {
  const auto extensions = [](bool critical) {
    return encode_der(der_tag::context(1), test::make_extension("1.2.3.4", critical, Bytes{5, 0}));
  };
  recipe.more_info = extensions(false);
  EXPECT_TRUE(verify());
  recipe.more_info = extensions(true);
  expect_refusal(verify(), ErrorCode::InvalidRequest, "critical extension");
}

TEST_F(Timestamp, IsRefusedWithAnyMalformedTime) {
  for (const char* time : {"20260131120000", "202601311200Z", "20260131120000.Z", "20260131120000.50Z",
                           "20260131120000,5Z", "20261331120000Z", "20260131120000+0100", ""}) {
    recipe.time = time;
    expect_refusal(verify(), ErrorCode::InvalidRequest, "its time is malformed");
  }
}

TEST_F(Timestamp, HasToLieInTheAuthoritysTimeBothEndsIncluded) {
  TimeRange& range = root.timestamp_authorities.front().valid_for;
  range = {.start = at("2026-01-31T12:00:00Z"), .end = at("2026-01-31T12:00:00Z")};
  EXPECT_TRUE(verify());
  recipe.time = "20260131120000.000001Z";
  expect_refusal(verify(), ErrorCode::NotVerified, "a time when its authority was not to be trusted");
  recipe.time = "20260131115959.999999Z";
  expect_refusal(verify(), ErrorCode::NotVerified, "a time when its authority was not to be trusted");
}

// Finer than a microsecond it could not be held: cut, it would lie within what has ended.
TEST_F(Timestamp, IsRefusedWithATimeFinerThanAMicrosecond) {
  root.timestamp_authorities.front().valid_for.end = at("2026-01-31T12:00:00.123456Z");
  recipe.time = "20260131120000.123456Z";
  EXPECT_TRUE(verify());
  recipe.time = "20260131120000.1234561Z";
  expect_refusal(verify(), ErrorCode::InvalidRequest, "its time is malformed");
}

// The leaf lives for a year from 2026-01-01.
TEST_F(Timestamp, HasToLieInTheValidityOfTheCertificates) {
  recipe.time = "20270101000000Z";
  EXPECT_TRUE(verify());
  recipe.time = "20270101000001Z";
  expect_refusal(verify(), ErrorCode::NotVerified, "certificate has expired");
  root.timestamp_authorities.front().valid_for.start = at("2025-01-01T00:00:00Z");
  recipe.time = "20251231235959Z";
  expect_refusal(verify(), ErrorCode::NotVerified, "certificate is not yet valid");
}

// Nothing looks at today's clock.
TEST(TimestampOfLongAgo, IsAsGoodAsOne) {
  const TestAuthority old(at("2001-01-01T00:00:00Z"));
  const TrustedRoot root{
      .logs = {}, .ct_logs = {}, .certificate_authorities = {}, .timestamp_authorities = {old.entry()}};
  TimestampRecipe recipe(bytes_of("x"));
  recipe.time = "20010202030405Z";
  EXPECT_TRUE(verify_timestamp(make_timestamp(recipe, old), bytes_of("x"), root));
}

TEST_F(Timestamp, HasToComeFromACertificateForTimestampsAlone) {
  constexpr std::string_view kReason = "not for timestamps alone";
  expect_refusal_of_leaf([](auto& leaf) { remove_extension(leaf, kExtendedKeyUsage); }, kReason);
  expect_refusal_of_leaf(
      [](auto& leaf) { set_extension(leaf, kExtendedKeyUsage, true, purposes({oid::kCodeSigning})); }, kReason);
  expect_refusal_of_leaf(
      [](auto& leaf) { set_extension(leaf, kExtendedKeyUsage, false, purposes({oid::kTimeStamping})); }, kReason);
  expect_refusal_of_leaf(
      [](auto& leaf) {
        set_extension(leaf, kExtendedKeyUsage, true, purposes({oid::kTimeStamping, oid::kCodeSigning}));
      },
      kReason);
  expect_refusal_of_leaf([](auto& leaf) { remove_extension(leaf, "2.5.29.15"); }, kReason);
}

// Not the trusted root's own leaf, of which nobody would say that it is a CA.
TEST_F(Timestamp, ByACaIsRefused) {
  const auto make_ca = [](test::CertificateRecipe& leaf) {
    set_extension(leaf, test::extension_oid::kBasicConstraints, true, unhex("30030101ff"));
  };
  const TestAuthority other(at("2026-01-01T00:00:00Z"), make_ca);
  root.timestamp_authorities = {other.entry()};
  root.timestamp_authorities.front().chain = {other.root()};
  recipe.certificates = {to_bytes(other.leaf().der())};
  expect_refusal(verify_timestamp(make_timestamp(recipe, other), stamped, root), ErrorCode::NotVerified,
                 "is signed by a CA; expected a certificate that is no CA's");
}

TEST_F(Timestamp, UnderAnIntermediateForSomethingElseIsRefused) {
  const SoftwareKey anchor_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  const auto anchor =
      test::authority_recipe(anchor_key.public_key(), "anchor", at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
  const auto verify_under = [&](std::string_view purpose) {
    // The root's key and name, certified by the anchor.
    auto intermediate = test::intermediate_recipe(anchor, authority.root().public_key(), "test TSA root");
    set_extension(intermediate, kExtendedKeyUsage, false, purposes({purpose}));
    root.timestamp_authorities.front().chain = {authority.leaf(), test::make_certificate(intermediate, anchor_key),
                                                test::make_certificate(anchor, anchor_key)};
    return verify();
  };
  const auto good = verify_under(oid::kTimeStamping);
  EXPECT_TRUE(good) << good.error().sentence();
  expect_refusal(verify_under(oid::kCodeSigning), ErrorCode::NotVerified, "of an authority that is not for timestamps");
}

TEST_F(Timestamp, HasToHaveAPathToTheAnchor) {
  const TestAuthority other(at("2026-01-01T00:00:00Z"));
  root.timestamp_authorities.front().chain.back() = other.root();
  expect_refusal(verify(), ErrorCode::NotVerified, "has no valid path to its authority");
}

TEST_F(Timestamp, IsTriedUnderEveryAuthority) {
  const TestAuthority namesake(at("2026-01-01T00:00:00Z"));
  root.timestamp_authorities.insert(root.timestamp_authorities.begin(), namesake.entry());
  EXPECT_TRUE(verify());
}

TEST_F(Timestamp, IsStrictDer) {
  const Bytes response = make_timestamp(recipe, authority);
  Bytes longer = response;
  longer.push_back(0);
  expect_refusal(verify_timestamp(longer, stamped, root), ErrorCode::InvalidRequest, "data after the last element");
  for (std::size_t size = 0; size < response.size(); ++size) {
    EXPECT_FALSE(verify_timestamp(ByteView(response).first(size), stamped, root)) << size;
  }
}

// What is not signed are the status and the certificates; of those one must be the authority's.
TEST_F(Timestamp, HasNoByteThatCanBeChanged) {
  recipe.certificates = {to_bytes(authority.leaf().der())};
  const Bytes response = make_timestamp(recipe, authority);
  ASSERT_TRUE(verify_timestamp(response, stamped, root));
  std::size_t taken = 0;
  for (std::size_t i = 0; i < response.size(); ++i) {
    Bytes changed = response;
    changed[i] ^= 1U;
    if (verify_timestamp(changed, stamped, root)) ++taken;
  }
  EXPECT_EQ(taken, 1U);  // the status: granted, or granted with modifications
}

TEST_F(Timestamp, TokenAndResponseAreInverse) {
  const Bytes token = make_timestamp_token(recipe, authority);
  EXPECT_EQ(timestamp_token(timestamp_response_from_token(token)).value(), token);
  EXPECT_TRUE(verify_timestamp_token(token, stamped, root));
}

TEST_F(Timestamp, OfABundleAllHaveToVerify) {
  const Bytes good = make_timestamp(recipe, authority);
  Bytes bad = good;
  bad.back() ^= 1U;
  EXPECT_EQ(times_of({good, good}).value().size(), 2U);
  expect_refused(times_of({good, bad}), RefusalCode::TimestampInvalid, "a signature that is not its authority's");
  EXPECT_TRUE(times_of({}).value().empty());
}

TEST_F(Timestamp, SaysWhatWasExpectedAndFoundWhereItIsRefused) {
  const auto refusal_of = [&](const TimestampRecipe& spoilt) {
    const auto times = times_of({make_timestamp(spoilt, authority)});
    return times ? Refusal{.what = "taken"} : times.error();
  };
  TimestampRecipe spoilt = recipe;
  spoilt.imprint.front() ^= 1U;
  Refusal refusal = refusal_of(spoilt);
  EXPECT_EQ(refusal.what, "the timestamp is of something else than the signature");
  EXPECT_EQ(refusal.expected, encode_digest(hash(HashAlgorithm::Sha256, stamped)));
  EXPECT_EQ(refusal.found, "sha256:" + encode_hex(spoilt.imprint));
  spoilt = recipe;
  spoilt.time = "20251231235959Z";
  root.timestamp_authorities.front().valid_for.start = at("2020-01-01T00:00:00Z");
  refusal = refusal_of(spoilt);
  EXPECT_EQ(refusal.expected, "a path to https://tsa.test that is valid at 2025-12-31T23:59:59Z");
  EXPECT_EQ(refusal.found, "certificate is not yet valid");
  root.timestamp_authorities.front().valid_for = {.start = at("2026-02-01T00:00:00Z"), .end = {}};
  refusal = refusal_of(recipe);
  EXPECT_EQ(refusal.expected, "2026-02-01T00:00:00Z to no end");
  EXPECT_EQ(refusal.found, "2026-01-31T12:00:00Z");
  refusal = unknown_authority(root, 2);
  EXPECT_EQ(refusal.expected, "https://tsa.test");
  EXPECT_EQ(refusal.found, "2 timestamps of others");
}

TEST_F(Timestamp, OfAnAuthorityThatNobodyKnowsCountsForNothing) {
  const Bytes good = make_timestamp(recipe, authority);
  const TestAuthority unknown(at("2026-01-01T00:00:00Z"),
                              [](test::CertificateRecipe& leaf) { leaf.issuer_name = "somebody else"; });
  const Bytes foreign = make_timestamp(recipe, unknown);
  EXPECT_EQ(times_of({foreign, good}).value().size(), 1U);
  EXPECT_TRUE(times_of({foreign}).value().empty());
}

// The authority of the public staging instance; time by the fact sheet of the suite.
TEST(TimestampOfTheSuite, HasTheTimeThatItHas) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto subject = test::conformance_case("trust-root-tsa-validity-end-inclusive");
  const Bundle bundle = test::bundle_of(subject);
  Findings findings;
  const auto times = verify_timestamps(bundle.timestamps, bundle.signature(), test::trusted_root_of(subject), findings);
  ASSERT_TRUE(times) << times.error().what;
  EXPECT_EQ(encode_rfc3339(times->front().time), "2025-06-12T12:02:20Z");
}

}  // namespace
}  // namespace signet::sigstore
