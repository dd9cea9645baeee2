// A git signature that is not over its object, or not by its own key, is refused as that, whatever else is missing,
// unknown or unexpected: no evidence beside an object makes that good, so no other refusal may hide it. The twin, the
// same signature over its own bytes, has the refusal of its own step.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "sandbox/sandbox.h"
#include "sigstore/git/cms.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/sandbox_signer.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n"
    "\n"
    "first\n";
constexpr std::string_view kChanged =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n"
    "\n"
    "other\n";

class GitContradiction : public testing::Test {
 protected:
  void SetUp() override {
    expect_taken(verify(kCommit, armored()));
    expect_wrong();
  }

  [[nodiscard]] std::string armored(bool is_flipped = false) const {
    Bytes signature = cms_.signature;
    if (is_flipped) test::flip_last_byte(signature);
    return encode_git_cms(cms_.leaf, {.der = cms_.attributes, .hash = cms_.hash}, signature, evidence_).value();
  }
  [[nodiscard]] Verdict<VerifiedBundle> verify(std::string_view object, const std::string& signature) const {
    return verify_git_signature(bytes_of(object), signature, root_, policy_);
  }
  void expect_wrong() const {
    expect_refused(verify(kChanged, armored()), RefusalCode::GitObjectMismatch, "is of another git object");
    expect_refused(verify(kCommit, armored(true)), RefusalCode::SignatureInvalid, "not one of this key");
  }
  // What a test took away is the whole of what is wrong with the twin, and nothing to the two others.
  void expect_twin(RefusalCode code) const {
    expect_refused(verify(kCommit, armored()), code);
    expect_wrong();
  }
  [[nodiscard]] Check check_of(std::string_view object, CheckName name) const {
    const auto checks = examine_git_signature(bytes_of(object), armored(), root_, policy_).checks;
    return *std::ranges::find(checks, name, &Check::name);
  }

  FixedClock clock_{parse_rfc3339("2026-01-31T12:00:00Z").value()};
  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::Sandbox> services_ = sandbox::Sandbox::open(folder_ / "sandbox", clock_).value();
  test::SandboxSigner signer_{*services_};
  GitCms cms_ = parse_git_cms(signer_.sign_git(bytes_of(kCommit))).value();
  CmsEvidence evidence_ = cms_.evidence;
  TrustedRoot root_ = signer_.trusted_root();
  IdentityPolicy policy_ = signer_.policy();
};

TEST_F(GitContradiction, IsNotHiddenByAMissingLogEntry) {
  evidence_.entry.reset();
  expect_twin(RefusalCode::LogEntryMissing);
}

TEST_F(GitContradiction, IsNotHiddenByALogThatNobodyKnows) {
  root_.logs.clear();
  expect_twin(RefusalCode::LogUnknown);
}

TEST_F(GitContradiction, IsNotHiddenByABrokenProof) {
  evidence_.entry->proof->hashes.emplace_back();
  expect_twin(RefusalCode::InclusionProofInvalid);
}

TEST_F(GitContradiction, IsNotHiddenByAMissingTime) {
  evidence_.timestamp.reset();
  expect_twin(RefusalCode::NoTrustedTime);
}

TEST_F(GitContradiction, IsNotHiddenByACaThatNobodyTrusts) {
  root_.certificate_authorities.clear();
  expect_twin(RefusalCode::CaUntrusted);
}

TEST_F(GitContradiction, IsNotHiddenByAnSctOfALogThatNobodyKnows) {
  root_.ct_logs.clear();
  expect_twin(RefusalCode::SctInvalid);
}

TEST_F(GitContradiction, IsNotHiddenByASignerWhomNobodyExpects) {
  policy_ = IdentityPolicy::any_of({{.san = "bob@example.test", .issuer = signer_.issuer()}}).value();
  expect_twin(RefusalCode::IdentityMismatch);
}

TEST_F(GitContradiction, IsTheCheckThatRefusesAndWhatFollowsIsNotReached) {
  evidence_.entry.reset();
  EXPECT_EQ(check_of(kChanged, CheckName::Signature).outcome, Outcome::Passed);
  EXPECT_EQ(check_of(kChanged, CheckName::Artifact).outcome, Outcome::Refused);
  for (const auto later : {CheckName::Log, CheckName::LogCount, CheckName::Identity, CheckName::Algorithm}) {
    EXPECT_EQ(check_of(kChanged, later).outcome, Outcome::NotReached) << check_text(later);
  }
  EXPECT_EQ(check_of(kCommit, CheckName::Artifact).outcome, Outcome::Passed);
  EXPECT_EQ(check_of(kCommit, CheckName::Log).outcome, Outcome::Refused);
}

}  // namespace
}  // namespace signet::sigstore
