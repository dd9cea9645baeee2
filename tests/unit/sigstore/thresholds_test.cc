// How much must vouch for a bundle: logs, CT logs and sources of time, counted by who runs them.
#include <gtest/gtest.h>

#include <string>

#include "sigstore/verify/verifier.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_verdict.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

class ThresholdsTest : public testing::Test {
 protected:
  void take(std::string_view name) {
    subject = test::conformance_case(name);
    bundle = test::bundle_of(subject);
    root = test::trusted_root_of(subject);
  }
  [[nodiscard]] Verdict<VerifiedBundle> verify(const Thresholds& thresholds) const {
    const auto policy = IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value();
    return verify_bundle(bundle, {.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}}, root,
                         policy.with(thresholds).value());
  }
  static void expect_counts(const Verdict<VerifiedBundle>& verdict, std::string_view expected, std::string_view found) {
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().expected, expected);
    EXPECT_EQ(verdict.error().found, found);
  }

  test::ConformanceCase subject;
  Bundle bundle = {
      .certificate = {}, .public_key_hint = {}, .entries = {}, .timestamps = {}, .content = DsseEnvelope{}};
  TrustedRoot root;
};

TEST_F(ThresholdsTest, CountALogOnceHoweverManyEntriesItHas) {
  take("rekor2-timestamp-with-embedded-cert");
  expect_taken(verify({.logs = 1}));
  bundle.entries.push_back(bundle.entries.front());
  const auto verdict = verify({.logs = 2});
  expect_refused(verdict, RefusalCode::LogEntryMissing, "in too few logs");
  expect_counts(verdict, "at least 2", "1");
}

TEST_F(ThresholdsTest, LetAnInstanceHaveNoLog) {
  take("rekor2-timestamp-with-embedded-cert");
  bundle.entries.clear();
  expect_refused(verify({.logs = 1}), RefusalCode::LogEntryMissing, "in no log");
  const auto verified = verify({.logs = 0});
  expect_taken(verified);
  EXPECT_TRUE(verified->logs().empty());
  EXPECT_EQ(verified->log_name(), "");
  EXPECT_EQ(verified->log_index(), -1);
}

// An entry that is there is checked even where none is demanded.
TEST_F(ThresholdsTest, LetNoBadEntryPass) {
  take("rekor2-timestamp-with-embedded-cert");
  bundle.entries.front().proof->hashes.front().front() ^= 1U;
  expect_refused(verify({.logs = 0}), RefusalCode::InclusionProofInvalid);
}

TEST_F(ThresholdsTest, CountALogsTimeAndATimestamp) {
  take("intoto-with-custom-trust-root");
  expect_taken(verify({.times = 2}));
  const auto verdict = verify({.times = 3});
  expect_refused(verdict, RefusalCode::NoTrustedTime, "too few sources");
  expect_counts(verdict, "at least 3", "2");
}

TEST_F(ThresholdsTest, CountInstancesOfOneOperatorOnce) {
  take("intoto-with-custom-trust-root");
  for (TransparencyLog& log : root.logs) log.operated_by = "example.org";
  for (CertificateAuthority& authority : root.timestamp_authorities) authority.operated_by = "example.org";
  expect_taken(verify({.times = 1}));
  expect_refused(verify({.times = 2}), RefusalCode::NoTrustedTime, "too few sources");
}

TEST_F(ThresholdsTest, CountATimestampOfAnUnknownAuthorityForNothing) {
  take("intoto-with-custom-trust-root");
  root.timestamp_authorities.clear();
  expect_taken(verify({.times = 1}));  // the log's own time
  expect_refused(verify({.times = 2}), RefusalCode::NoTrustedTime, "too few sources");
}

TEST_F(ThresholdsTest, CountCtLogs) {
  take("rekor2-timestamp-with-embedded-cert");
  expect_refused(verify({.scts = 2}), RefusalCode::SctInvalid);
  root.ct_logs.clear();
  expect_refused(verify({.scts = 1}), RefusalCode::SctInvalid, "a CT log that the trusted root does not have");
  expect_taken(verify({.scts = 0}));
}

// Rekor v2 signs no time of its own: the timestamp's is held against the log's end.
TEST_F(ThresholdsTest, RefuseALogThatHadEndedWhenTheSignatureWasMade) {
  take("rekor2-timestamp-with-embedded-cert");
  const WallTime signed_at = verify({})->times().front().time;
  for (TransparencyLog& log : root.logs) log.valid_for.end = signed_at;
  expect_taken(verify({}));
  for (TransparencyLog& log : root.logs) log.valid_for.end = signed_at - std::chrono::seconds(1);
  expect_refused(verify({}), RefusalCode::LogNotValidThen, "made after the end of its log");
}

// The same for Rekor v1 where nobody promised a time: there both ends are held.
TEST_F(ThresholdsTest, RefuseALogOfRekorV1ThatWasNotToBeTrustedThen) {
  take("intoto-with-custom-trust-root");
  bundle.entries.front().inclusion_promise.clear();
  const auto verified = verify({});
  expect_taken(verified);
  const WallTime signed_at = verified->times().front().time;
  for (TransparencyLog& log : root.logs) log.valid_for = {.start = signed_at, .end = signed_at};
  expect_taken(verify({}));
  for (const int seconds : {-1, 1}) {
    const WallTime other = signed_at + std::chrono::seconds(seconds);
    for (TransparencyLog& log : root.logs) log.valid_for = {.start = other, .end = other};
    expect_refused(verify({}), RefusalCode::LogNotValidThen, "not to be trusted when the signature was made");
  }
}

// A signature may wait for its log, and so be older than it.
TEST_F(ThresholdsTest, TakeALogThatBeganAfterTheSignature) {
  take("rekor2-timestamp-with-embedded-cert");
  for (TransparencyLog& log : root.logs) log.valid_for.start = verify({})->times().front().time + std::chrono::hours(1);
  expect_taken(verify({}));
}

class BareKeyTest : public ThresholdsTest {
 protected:
  BareKeyTest() { take("managed-key-happy-path"); }
  [[nodiscard]] Verdict<VerifiedBundle> verify_by(const IdentityPolicy& policy) const {
    return verify_bundle(bundle, {.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}}, root,
                         policy);
  }
  PublicKey key =
      PublicKey::from_pem(test::read_conformance_file(test::conformance_case("managed-key-happy-path").key)).value();
};

TEST_F(BareKeyTest, VerifiesUnderTheExpectedKeyAlone) {
  const auto verified = verify_by(IdentityPolicy::holder_of(key));
  expect_taken(verified);
  EXPECT_TRUE(verified->key() == key);
  EXPECT_EQ(verified->san(), "");
  const auto other = root.logs.front().key;
  expect_refused(verify_by(IdentityPolicy::holder_of(other)), RefusalCode::LogEntryMismatch,
                 "another certificate or key");
}

TEST_F(BareKeyTest, IsNobodyWhereAnIdentityIsExpected) {
  const auto somebody = IdentityPolicy::any_of({{.san = "a", .issuer = "i"}}).value();
  const auto verdict = verify_by(somebody);
  expect_refused(verdict, RefusalCode::KeyMaterialMismatch, "an identity is expected");
  expect_counts(verdict, "a certificate", "a bare key");
  expect_refused(verify_by(IdentityPolicy::anybody_unsafe()), RefusalCode::KeyMaterialMismatch);
}

TEST_F(BareKeyTest, IsNoCertificate) {
  take("happy-path-v0.3-new-mediaType");
  const PublicKey own = test::leaf_of(subject).public_key();
  const auto verdict = verify_by(IdentityPolicy::holder_of(own));
  expect_refused(verdict, RefusalCode::KeyMaterialMismatch, "a key is expected, and the bundle has a certificate");
  expect_counts(verdict, "a bare key, p256, " + encode_digest(Digest::from_sha256(own.fingerprint())), "a certificate");
}

// Without a promise the log says no time of its own: the timestamp's is held against the log's. The bundle's promise
// and timestamp are of one second.
TEST_F(BareKeyTest, IsRefusedWhereTheLogWasNotToBeTrustedThen) {
  const WallTime signed_at = verify_by(IdentityPolicy::holder_of(key))->times().front().time;
  const TimeRange before = {.start = signed_at - std::chrono::hours(2), .end = signed_at - std::chrono::hours(1)};
  const TimeRange after = {.start = signed_at + std::chrono::hours(1), .end = {}};
  const TimeRange around = {.start = signed_at - std::chrono::hours(1), .end = signed_at + std::chrono::hours(1)};
  const auto verify_within = [&](const TimeRange& range) {
    for (TransparencyLog& log : root.logs) log.valid_for = range;
    return verify_by(IdentityPolicy::holder_of(key));
  };
  expect_taken(verify_within(around));
  expect_refused(verify_within(before), RefusalCode::LogNotValidThen, "when it took the entry");
  bundle.entries.front().inclusion_promise.clear();
  expect_taken(verify_within(around));
  for (const TimeRange& range : {before, after}) {
    const auto verdict = verify_within(range);
    expect_refused(verdict, RefusalCode::LogNotValidThen, "not to be trusted when the signature was made");
    expect_counts(verdict, describe(range), encode_rfc3339(signed_at));
  }
}

TEST_F(BareKeyTest, NeedsATimeUnlessToldOtherwise) {
  bundle.timestamps.clear();
  bundle.entries.front().inclusion_promise.clear();
  expect_refused(verify_by(IdentityPolicy::holder_of(key)), RefusalCode::NoTrustedTime, "there is no timestamp");
  expect_taken(verify_by(IdentityPolicy::holder_of(key).with({.times = 0}).value()));
}

}  // namespace
}  // namespace signet::sigstore
