// What the report of a real bundle says, whole and spoilt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "sigstore/verify/verifier.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

class ExaminationTest : public testing::Test {
 protected:
  void take(std::string_view name) {
    subject = test::conformance_case(name);
    bundle = test::bundle_of(subject);
    root = test::trusted_root_of(subject);
  }
  [[nodiscard]] Examination examined() const {
    const auto policy = IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value();
    return examine_bundle(bundle, {.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}}, root,
                          policy);
  }
  static Check find(const Examination& examination, CheckName name) {
    return *std::ranges::find(examination.checks, name, &Check::name);
  }

  test::ConformanceCase subject;
  Bundle bundle = {
      .certificate = {}, .public_key_hint = {}, .entries = {}, .timestamps = {}, .content = DsseEnvelope{}};
  TrustedRoot root;
};

TEST_F(ExaminationTest, SaysWhatEachCheckFound) {
  take("happy-path-v0.3-new-mediaType");
  const Examination report = examined();
  ASSERT_TRUE(report.verdict);
  const auto detail = [&](CheckName name) {
    EXPECT_EQ(find(report, name).outcome, Outcome::Passed) << check_text(name);
    return find(report, name).detail;
  };
  EXPECT_EQ(detail(CheckName::Bundle), "application/vnd.dev.sigstore.bundle.v0.3+json, a message signature");
  EXPECT_THAT(detail(CheckName::KeyMaterial), HasSubstr("a certificate for the key p256, sha256:"));
  EXPECT_EQ(detail(CheckName::Log), "rekor.sigstore.dev, entry 79571823");
  EXPECT_EQ(detail(CheckName::InclusionPromise), "signed by the log at 2024-03-19T17:26:26Z");
  EXPECT_EQ(detail(CheckName::Checkpoint), "rekor.sigstore.dev - 2605736670972794746, 75408393 entries");
  EXPECT_EQ(detail(CheckName::InclusionProof), "entry 75408392 of 75408393");
  EXPECT_EQ(detail(CheckName::LogRecord), "of this signature, by this key");
  EXPECT_EQ(detail(CheckName::LogCount), "1, 1 demanded");
  EXPECT_EQ(detail(CheckName::LogTime), "2024-03-19T17:26:26Z, says rekor.sigstore.dev");
  EXPECT_EQ(detail(CheckName::TimeCount), "1, 1 demanded");
  EXPECT_EQ(detail(CheckName::Chain), "issued under https://fulcio.sigstore.dev");
  EXPECT_EQ(detail(CheckName::Scts), "2024-03-19T17:26:26.470000Z, says ctfe.sigstore.dev");
  EXPECT_THAT(detail(CheckName::LeafProfile), HasSubstr("for code signing, by the URI https://github.com/"));
  EXPECT_THAT(detail(CheckName::Identity), HasSubstr(", says https://token.actions.githubusercontent.com"));
  EXPECT_EQ(detail(CheckName::Algorithm), "p256");
  EXPECT_EQ(detail(CheckName::Signature), "by this key over this content");
  EXPECT_EQ(detail(CheckName::Artifact), "sha256:" + subject.artifact_sha256);
  EXPECT_EQ(find(report, CheckName::Timestamp).outcome, Outcome::NotAskedFor);
  EXPECT_EQ(find(report, CheckName::Timestamp).detail, "the bundle has none");
}

TEST_F(ExaminationTest, SaysWhatWasExpectedAndFoundWhereItRefuses) {
  take("happy-path-v0.3-new-mediaType");
  subject.san = "ada@example.org";
  const Examination report = examined();
  ASSERT_FALSE(report.verdict);
  EXPECT_EQ(report.verdict.error().code, RefusalCode::IdentityMismatch);
  const Check refused = find(report, CheckName::Identity);
  EXPECT_EQ(refused.outcome, Outcome::Refused);
  EXPECT_THAT(refused.detail, HasSubstr("somebody else signed; expected ada@example.org; found https://github.com/"));
  EXPECT_EQ(find(report, CheckName::LeafProfile).outcome, Outcome::Passed);
  for (const auto after : {CheckName::Algorithm, CheckName::Signature, CheckName::Artifact}) {
    EXPECT_EQ(find(report, after).outcome, Outcome::NotReached) << check_text(after);
    EXPECT_EQ(find(report, after).detail, "");
  }
}

TEST_F(ExaminationTest, HasEachCheckAndThoseOfAnEntryForEach) {
  take("rekor2-timestamp-with-embedded-cert");
  bundle.entries.push_back(bundle.entries.front());  // two of them: two lines each
  const Examination report = examined();
  ASSERT_TRUE(report.verdict) << report.verdict.error().what;
  EXPECT_EQ(std::ranges::count(report.checks, CheckName::InclusionProof, &Check::name), 2);
  EXPECT_EQ(find(report, CheckName::LogCount).detail, "1, 1 demanded");
  for (std::size_t i = 0; i < kCheckCount; ++i) {
    EXPECT_GE(std::ranges::count(report.checks, static_cast<CheckName>(i), &Check::name), 1) << i;
  }
}

TEST_F(ExaminationTest, OfABareKeySaysWhatItHasNot) {
  take("managed-key-happy-path");
  const auto key = PublicKey::from_pem(test::read_conformance_file(subject.key)).value();
  const Examination report =
      examine_bundle(bundle, {.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}}, root,
                     IdentityPolicy::holder_of(key));
  ASSERT_TRUE(report.verdict) << report.verdict.error().what;
  EXPECT_FALSE(report.verdict->has_certificate());
  EXPECT_TRUE(report.verdict->key() == key);
  EXPECT_EQ(report.verdict->times().size(), 2U);
  EXPECT_THAT(find(report, CheckName::KeyMaterial).detail, HasSubstr("the expected key, "));
  for (const auto name : {CheckName::Chain, CheckName::Scts, CheckName::LeafProfile, CheckName::Identity}) {
    EXPECT_EQ(find(report, name).outcome, Outcome::NotAskedFor) << check_text(name);
  }
}

TEST(Examination, OfWhatIsNoBundleHasOneRefusal) {
  const Examination report = examine_bundle(std::string_view("{"), {}, {}, IdentityPolicy::anybody_unsafe());
  EXPECT_EQ(report.checks.front().name, CheckName::Bundle);
  EXPECT_EQ(report.checks.front().outcome, Outcome::Refused);
  EXPECT_EQ(report.checks.size(), kCheckCount);
}

}  // namespace
}  // namespace signet::sigstore
