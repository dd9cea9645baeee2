// What no verifier takes, one thing spoiled in each; the fixture has seen the untouched twin pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/verifier.h"
#include "tests/unit/sigstore/made_certificate.h"
#include "tests/unit/sigstore/verifier_fixture.h"

namespace signet::sigstore {
namespace {

using test::artifact_of;
using test::expect_refused;
using test::expect_taken;
using test::flip_last_byte;
using test::Spoil;

TEST_F(VerifierTest, RefusesWhatIsNoBundle) {
  const auto verify_text = [&](std::string_view json) {
    return verify_bundle(json, artifact_of(bytes_of(kArtifact)), root, policy);
  };
  std::string json = encode_bundle(signer->sign_blob(bytes_of(kArtifact)));
  expect_refused(verify_text(json + "}"), RefusalCode::BundleMalformed);
  expect_refused(verify_text("{}"), RefusalCode::BundleMalformed, "mediaType");
  json.replace(json.find("v0.3"), 4, "v9.9");
  const auto verdict = verify_text(json);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::BundleUnsupported, "v9.9");
  EXPECT_EQ(verdict.error().expected, "a media type of version 0.1, 0.2 or 0.3");
  EXPECT_THAT(verdict.error().found, testing::HasSubstr("v9.9"));
}

TEST_F(VerifierTest, RefusesABareKeyWhereAnIdentityIsExpected) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.certificate.clear();
  bundle.public_key_hint = "hint";
  expect_refused(verify(bundle), RefusalCode::KeyMaterialMismatch);
}

TEST_F(VerifierTest, RefusesACertificateThatIsNone) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.certificate.push_back(0);
  expect_refused(verify(bundle), RefusalCode::CertificateInvalid);
}

TEST_F(VerifierTest, RefusesAGitSignatureThatIsNone) {
  const std::string good = signer->sign_git(bytes_of(kCommit));
  expect_refused(verify_git(good + good), RefusalCode::SignatureMalformed);
  expect_refused(verify_git("-----BEGIN SIGNED MESSAGE-----\nMAA=\n-----END SIGNED MESSAGE-----\n"),
                 RefusalCode::SignatureMalformed);
}

TEST_F(VerifierTest, RefusesAGitSignatureWithoutItsEvidence) {
  const GitCms cms = parse_git_cms(signer->sign_git(bytes_of(kCommit))).value();
  const auto with = [&](const CmsEvidence& evidence) {
    return encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash}, cms.signature, evidence).value();
  };
  expect_taken(verify_git(with(cms.evidence)));
  expect_refused(verify_git(with({.timestamp = cms.evidence.timestamp})), RefusalCode::LogEntryMissing);
  expect_refused(verify_git(with({.entry = cms.evidence.entry})), RefusalCode::NoTrustedTime);
}

// --- 2

TEST_F(VerifierTest, RefusesABundleThatIsInNoLog) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.entries.clear();
  expect_refused(verify(bundle), RefusalCode::LogEntryMissing);
}

TEST_F(VerifierTest, RefusesALogThatNobodyTrusts) {
  root.logs.clear();
  expect_refusal_of({}, RefusalCode::LogUnknown);
}

TEST_F(VerifierTest, RefusesAnEntryOfAnotherKind) {
  expect_refusal_of({.entry = [](LogEntry& entry) { entry.version = "0.0.3"; }}, RefusalCode::LogEntryUnsupported);
}

TEST_F(VerifierTest, RefusesAnEntryWithoutProof) {
  expect_refused(
      verify(signer->sign_blob(bytes_of(kArtifact), {.entry = [](LogEntry& entry) { entry.proof.reset(); }})),
      RefusalCode::InclusionProofMissing);
}

TEST_F(VerifierTest, RefusesAChangedByteInTheInclusionProof) {
  expect_refusal_of({.entry = [](LogEntry& entry) { entry.proof->hashes.front().front() ^= 1U; }},
                    RefusalCode::InclusionProofInvalid);
}

TEST_F(VerifierTest, RefusesAChangedByteInTheCheckpoint) {
  // The signature's last character of base64 that counts whole, before "=" or the line's end.
  expect_refusal_of({.entry =
                         [](LogEntry& entry) {
                           char& digit = entry.proof->checkpoint[entry.proof->checkpoint.size() - 8];
                           digit = digit == 'A' ? 'B' : 'A';
                         }},
                    RefusalCode::CheckpointInvalid);
}

TEST_F(VerifierTest, RefusesTheEntryOfAnotherArtifact) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.entries = signer->sign_blob(bytes_of("another release\n")).entries;
  expect_refused(verify(bundle), RefusalCode::LogEntryMismatch);
  const Spoil other_digest{.record = [](HashedRekord& record) {
    record.digest = hash(HashAlgorithm::Sha256, bytes_of("another release\n"));
  }};
  expect_refused(verify(signer->sign_blob(bytes_of(kArtifact), other_digest)), RefusalCode::SignatureInvalid);
  expect_refused(verify(signer->sign_statement(bytes_of(statement_about(kArtifact)), other_digest)),
                 RefusalCode::LogEntryMismatch, "another content");
  // A CMS signature has no body to compare: the one that its own signature makes is not in the tree.
  expect_refused(verify_git(signer->sign_git(bytes_of(kCommit), other_digest)), RefusalCode::InclusionProofInvalid);
}

TEST_F(VerifierTest, RefusesTheEntryOfAnotherSignatureOrCertificate) {
  const Spoil signature{.record = [](HashedRekord& record) { flip_last_byte(record.signature); }};
  expect_refused(verify(signer->sign_blob(bytes_of(kArtifact), signature)), RefusalCode::LogEntryMismatch,
                 "another signature");
  const Spoil certificate{.record = [](HashedRekord& record) { flip_last_byte(record.verifier.der); }};
  expect_refused(verify(signer->sign_blob(bytes_of(kArtifact), certificate)), RefusalCode::LogEntryMismatch,
                 "another certificate");
}

// --- 3

TEST_F(VerifierTest, RefusesABundleWithoutProofOfTime) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.timestamps.clear();
  expect_refused(verify(bundle), RefusalCode::NoTrustedTime);
  bundle.entries.front().integrated_time = unix_seconds(clock.now());  // nobody signed it
  expect_refused(verify(bundle), RefusalCode::NoTrustedTime);
}

TEST_F(VerifierTest, RefusesAChangedByteInTheTimestamp) {
  expect_refusal_of({.timestamp = flip_last_byte}, RefusalCode::TimestampInvalid);
}

TEST_F(VerifierTest, RefusesATimestampOfAnotherSignature) {
  expect_refusal_of({.stamp = {.other_imprint = true}}, RefusalCode::TimestampInvalid, "of something else");
}

TEST_F(VerifierTest, RefusesATimestampByAnotherKey) {
  expect_refused(verify(signer->sign_blob(bytes_of(kArtifact), {.stamp = {.by_other_key = true}})),
                 RefusalCode::TimestampInvalid);
}

TEST_F(VerifierTest, RefusesABadTimestampBesideAGoodOne) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  bundle.timestamps.push_back(bundle.timestamps.front());
  expect_taken(verify(bundle));
  flip_last_byte(bundle.timestamps.back());
  expect_refused(verify(bundle), RefusalCode::TimestampInvalid);
}

// --- 4

TEST_F(VerifierTest, RefusesASignatureAfterOrBeforeTheCertificate) {
  expect_refusal_of({.stamp = {.time = clock.now() + std::chrono::minutes(10) + std::chrono::seconds(1)}},
                    RefusalCode::CertificateNotValidThen);
  expect_refusal_of({.stamp = {.time = clock.now() - std::chrono::seconds(1)}}, RefusalCode::CertificateNotValidThen);
  expect_taken(
      verify(signer->sign_blob(bytes_of(kArtifact), {.stamp = {.time = clock.now() + std::chrono::minutes(10)}})));
}

TEST_F(VerifierTest, WantsTheCertificateValidAtEveryTime) {
  Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  const Digest imprint = hash(HashAlgorithm::Sha256, bundle.signature());
  bundle.timestamps.push_back(
      services->timestamp_authority().stamp(imprint, {.time = clock.now() + std::chrono::minutes(5)}).value());
  expect_taken(verify(bundle));
  bundle.timestamps.push_back(
      services->timestamp_authority().stamp(imprint, {.time = clock.now() + std::chrono::minutes(11)}).value());
  expect_refused(verify(bundle), RefusalCode::CertificateNotValidThen);
}

TEST_F(VerifierTest, RefusesAChangedByteInTheCertificate) {
  expect_refusal_of({.certificate = flip_last_byte}, RefusalCode::CertificateInvalid);
}

// Read before any signature is checked: what it costs has to be bounded.
TEST_F(VerifierTest, RefusesACertificateOfManyExtensions) {
  const auto key = test::SoftwareKey::generate(KeyKind::EcdsaP256);
  auto recipe = test::leaf_recipe(key.public_key(), clock.now());
  const auto verify_with = [&] {
    auto bundle = signer->sign_blob(bytes_of(kArtifact));
    bundle.certificate = test::make_certificate_der(recipe, key);
    return verify(bundle);
  };
  expect_refused(verify_with(), RefusalCode::LogEntryMismatch, "another certificate or key");
  for (int i = 0; i < 60; ++i) recipe.extensions.push_back(test::make_extension("1.2." + std::to_string(i), false, {}));
  expect_refused(verify_with(), RefusalCode::CertificateInvalid, "more than 64 extensions");
}

TEST_F(VerifierTest, RefusesAnotherCa) {
  expect_refusal_of(leaf([](auto& options) { options.by_untrusted_ca = true; }), RefusalCode::CaUntrusted);
}

// --- 5

TEST_F(VerifierTest, RefusesACertificateThatIsInNoCtLog) {
  expect_refusal_of(leaf([](auto& options) { options.with_sct = false; }), RefusalCode::SctMissing);
  expect_refusal_of(leaf([](auto& options) { options.sct.by_other_key = true; }), RefusalCode::SctInvalid);
  expect_refusal_of(leaf([](auto& options) { options.sct.of_other_certificate = true; }), RefusalCode::SctInvalid);
}

// --- 6

TEST_F(VerifierTest, RefusesACertificateThatIsNotForSigning) {
  const auto without = [](std::string_view oid) {
    return leaf([oid = std::string(oid)](sandbox::LeafOptions& options) {
      options.change = [oid](sandbox::CertificateProfile& profile) {
        std::erase_if(profile.extensions, [&](const auto& extension) { return extension.oid == oid; });
      };
    });
  };
  expect_refusal_of(without("2.5.29.37"), RefusalCode::CertificateUnsuitable);
  expect_refusal_of(without("2.5.29.15"), RefusalCode::CertificateUnsuitable);
  expect_refusal_of(without("2.5.29.17"), RefusalCode::CertificateUnsuitable);
}

// --- 7

TEST_F(VerifierTest, RefusesAnotherIdentity) {
  expect_refusal_of(leaf([](auto& options) { options.san.value = "eve@example.test"; }), RefusalCode::IdentityMismatch);
}

TEST_F(VerifierTest, RefusesAnotherIssuer) {
  expect_refusal_of(leaf([](auto& options) { options.issuer = "https://other.test"; }), RefusalCode::IssuerMismatch);
}

// --- 8

TEST_F(VerifierTest, RefusesAChangedByteInTheSignature) {
  expect_refusal_of({.signature = flip_last_byte}, RefusalCode::SignatureInvalid);
  expect_refused(verify(signer->sign_statement(bytes_of(statement_about(kArtifact)), {.signature = flip_last_byte})),
                 RefusalCode::SignatureInvalid);
}

TEST_F(VerifierTest, RefusesAChangedByteInTheArtifact) {
  const Bundle bundle = signer->sign_blob(bytes_of(kArtifact));
  expect_refused(verify_bundle(bundle, artifact_of(bytes_of("the releasf\n")), root, policy),
                 RefusalCode::ArtifactMismatch);
  const Bundle statement = signer->sign_statement(bytes_of(statement_about(kArtifact)));
  expect_refused(verify_bundle(statement, artifact_of(bytes_of("the releasf\n")), root, policy),
                 RefusalCode::StatementInvalid, "no subject");
}

TEST_F(VerifierTest, RefusesAnotherCommit) {
  const std::string armored = signer->sign_git(bytes_of(kCommit));
  expect_taken(verify_git(armored));
  std::string other(kCommit);
  other.back() = ' ';
  expect_refused(verify_git(armored, other), RefusalCode::GitObjectMismatch);
}

TEST_F(VerifierTest, RefusesAnEnvelopeThatHoldsNoStatement) {
  expect_refused(verify(signer->sign_statement(bytes_of("{}"))), RefusalCode::StatementInvalid);
}

TEST_F(VerifierTest, RefusesAnotherStatementThanTheOneThatWasAskedFor) {
  const std::string statement = statement_about(kArtifact);
  const Bundle bundle = signer->sign_statement(bytes_of(statement));
  expect_refused(verify_statement_bundle(bundle, bytes_of(statement + "\n"), root, policy),
                 RefusalCode::ArtifactMismatch, "another statement");
}

}  // namespace
}  // namespace signet::sigstore
