#include "sandbox/certificate_authority.h"

#include "sigstore/verify/issued_certificate.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::Certificate;
using sigstore::SanKind;

class SandboxCa : public OpenedSandbox {
 protected:
  Certificate issue() { return Certificate::from_der(sandbox_->certificate_authority().issue(options_)->leaf).value(); }

  /// As signet checks what it asked for: the key, the SAN and the issuer of `asked_`.
  void expect_taken(const Certificate& leaf) const {
    const auto verified = sigstore::verify_issued_certificate(leaf, asked_.key, asked_.san.value, asked_.issuer,
                                                              trusted_root(), clock_.now());
    EXPECT_TRUE(verified.has_value()) << verified.error().sentence();
  }
  /// Refused with the options as they are, and taken with those that were asked for.
  void expect_refused(std::string_view reason) {
    const auto verified = sigstore::verify_issued_certificate(issue(), asked_.key, asked_.san.value, asked_.issuer,
                                                              trusted_root(), clock_.now());
    test::expect_refusal(verified, ErrorCode::CaRefused, reason);
    options_ = asked_;
    expect_taken(issue());
  }

  LeafOptions asked_{.key = SoftwareKey::generate().public_key(),
                     .san = {.kind = SanKind::Email, .value = "a@b.test"},
                     .issuer = "http://127.0.0.1:20001"};
  LeafOptions options_ = asked_;
};

TEST_F(SandboxCa, IssuesTheProfileOfFulcio) {
  const Certificate leaf = issue();
  expect_taken(leaf);
  EXPECT_TRUE(leaf.has_key_usage_digital_signature());
  EXPECT_TRUE(leaf.has_extended_key_usage(sigstore::oid::kCodeSigning));
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_EQ(leaf.subject_name(), empty_name());
  EXPECT_EQ(leaf.not_before(), clock_.now());
  EXPECT_EQ(leaf.not_after() - leaf.not_before(), std::chrono::minutes(10));
}

TEST_F(SandboxCa, GivesIntermediateAndRootWithTheLeaf) {
  const auto issued = sandbox_->certificate_authority().issue(options_);
  ASSERT_EQ(issued->chain.size(), 2U);
  EXPECT_EQ(issued->chain[0], sandbox_->certificate_authority().hierarchy().issuing.certificate);
  EXPECT_EQ(issued->chain[1], sandbox_->certificate_authority().hierarchy().root.certificate);
}

TEST_F(SandboxCa, LogsEachPrecertificate) {
  const auto before = sandbox_->ct_log().size();
  (void)issue();
  EXPECT_EQ(sandbox_->ct_log().size(), before + 1);
}

TEST_F(SandboxCa, IssuesToUrisAsWell) {
  options_.san = asked_.san = {.kind = SanKind::Uri, .value = "https://forge.test/workflow@main"};
  expect_taken(issue());
}

TEST_F(SandboxCa, CanLeaveTheSctOut) {
  options_.with_sct = false;
  expect_refused("SctMissing");
}

TEST_F(SandboxCa, CanHaveTheSctSignedByAnotherKey) {
  options_.sct.by_other_key = true;
  expect_refused("SctInvalid");
}

TEST_F(SandboxCa, CanHaveTheSctOfAnotherCertificate) {
  options_.sct.of_other_certificate = true;
  expect_refused("SctInvalid");
}

TEST_F(SandboxCa, CanIssueByACaThatNobodyTrusts) {
  options_.by_untrusted_ca = true;
  expect_refused("CaUntrusted");
}

TEST_F(SandboxCa, CanIssueForTooLong) {
  options_.lifetime = std::chrono::hours(25);
  expect_refused("for more than 24 hours");
}

TEST_F(SandboxCa, CanIssueWhatHasEnded) {
  options_.not_before = clock_.now() - std::chrono::minutes(11);
  expect_refused("the CA's certificate is valid from");
}

TEST_F(SandboxCa, CanChangeAnythingBeforeItIsLoggedAndSigned) {
  options_.change = [](CertificateProfile& profile) {
    profile.extensions[1] = extension::purpose("1.3.6.1.5.5.7.3.1", false);
  };
  expect_refused("CertificateUnsuitable");
}

}  // namespace
}  // namespace signet::sandbox
