// What every version of git makes of each answer that signet gives about a signature (git_reader.h): versions that are
// not installed here are played by what their source says. What git 2.39 makes of them is in
// integration/git_verdict_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/git/cms.h"
#include "tests/unit/client/git_reader.h"
#include "tests/unit/client/git_verifier.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;

class GitVersions : public testing::Test, protected GitVerifier {
 protected:
  GitVersions() { expect_signer(SandboxSigner::kSan, one_.signer.issuer()); }

  static GitAnswer answer_of(const ProcessEnd& end) {
    return {.status = end.output, .words = end.errors, .exit = end.status};
  }
  // What git shows of trust where the answer has no line of it.
  static std::string no_trust(const GitVersion& version) {
    if (!version.has_levels) return "%GT";
    if (version.no_trust == GitVersion::NoTrust::Abort) return "BUG";
    return version.no_trust == GitVersion::NoTrust::Empty ? "" : "undefined";
  }
  static std::string key_of(const std::string& armored) {
    const auto cms = sigstore::parse_git_cms(armored);
    return cms ? encode_hex(cms->leaf.public_key().fingerprint()) : "0000000000000000";
  }
  [[nodiscard]] GitReading good(const GitVersion& version, const std::string& letter, const std::string& trust) const {
    const std::string key = key_of(signature_);
    return {.letter = letter,
            .signer = std::string(SandboxSigner::kSan),
            .key = key,
            .fingerprint = version.by_line ? key : "%GF",
            .primary = version.by_line ? key : "%GP",
            .trust = version.has_levels ? trust : "%GT",
            .verify_exit = 0};
  }
  void expect_not_good(const std::string& letter, const std::string& armored, const std::string& signer,
                       std::string_view object = kCommit) {
    const auto answer = answer_of(verify(armored, object));
    for (const GitVersion& version : git_versions()) {
      const GitReading expected = {.letter = letter,
                                   .signer = signer,
                                   .key = key_of(armored),
                                   .fingerprint = version.by_line ? "" : "%GF",
                                   .primary = version.by_line ? "" : "%GP",
                                   .trust = no_trust(version),
                                   .verify_exit = 1};
      EXPECT_EQ(read_as(version, answer), expected) << "2." << version.minor;
    }
  }
  void expect_bad(const std::string& armored, const std::string& code, std::string_view object = kCommit) {
    expect_not_good("B", armored, code, object);
  }
  void expect_undecided(const std::string& armored) { expect_not_good("E", armored, ""); }
};

TEST_F(GitVersions, TakeAnExpectedSignerForGoodAndFullyTrusted) {
  const auto answer = answer_of(verify(signature_));
  for (const GitVersion& version : git_versions()) {
    EXPECT_EQ(read_as(version, answer), good(version, "G", "fully")) << "2." << version.minor;
    EXPECT_EQ(read_as(version, answer, "FULLY").verify_exit, 0) << "2." << version.minor;
    EXPECT_EQ(read_as(version, answer, "ULTIMATE").verify_exit, version.has_levels ? 1 : 0) << "2." << version.minor;
  }
}

TEST_F(GitVersions, TakeASignerWhomNobodySpokeOfForUnknown) {
  configure("");
  const auto answer = answer_of(verify(signature_));
  for (const GitVersion& version : git_versions()) {
    EXPECT_EQ(read_as(version, answer), good(version, "U", "undefined")) << "2." << version.minor;
    EXPECT_EQ(read_as(version, answer, "MARGINAL").verify_exit, version.has_levels ? 1 : 0) << "2." << version.minor;
  }
}

TEST_F(GitVersions, TakeAnotherObjectForBad) {
  expect_bad(signature_, "GitObjectMismatch", std::string(kCommit) + "more\n");
}

TEST_F(GitVersions, TakeAnotherSignatureForBad) {
  expect_bad(one_.signer.sign_git(bytes_of(kCommit), {.signature = flip_last_byte}), "SignatureInvalid");
}

TEST_F(GitVersions, TakeASignerWhoIsNotExpectedForBad) {
  expect_signer("bob@example.test", one_.signer.issuer());
  expect_bad(signature_, "IdentityMismatch");
}

// No key that has expired since: 2.54 takes that for good.
TEST_F(GitVersions, TakeASignatureFromBehindTheEndOfItsCertificateForBad) {
  expect_bad(one_.signer.sign_git(bytes_of(kCommit), {.stamp = {.time = one_.clock.now() + 11min}}),
             "CertificateNotValidThen");
}

TEST_F(GitVersions, TakeASignatureWithoutItsLogEntryForOneThatCannotBeChecked) {
  const auto cms = sigstore::parse_git_cms(signature_).value();
  const auto pending = sigstore::encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash}, cms.signature,
                                                {.timestamp = cms.evidence.timestamp});
  EXPECT_THAT(verify(pending.value()).errors, testing::HasSubstr("LogEntryMissing"));
  expect_undecided(pending.value());
}

TEST_F(GitVersions, TakeAnUnreadableSignatureForOneThatCannotBeChecked) {
  expect_undecided("-----BEGIN SIGNED MESSAGE-----\nMIIH\n-----END SIGNED MESSAGE-----\n");
  expect_undecided("");
  expect_undecided(signature_ + signature_);
}

TEST_F(GitVersions, TakeASignatureOfAnotherInstanceForOneThatCannotBeChecked) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer(), "other");
  expect_undecided(signature_);
}

TEST_F(GitVersions, TakeABrokenConfigurationForASignatureThatCannotBeChecked) {
  configure("[verify]\nalowed = []\n");
  expect_undecided(signature_);
}

}  // namespace
}  // namespace signet::test
