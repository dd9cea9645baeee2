#include "sigstore/verify/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/tlog/log_body.h"
#include "tests/unit/sigstore/verifier_fixture.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;
using test::SandboxSigner;

TEST_F(VerifierTest, ReportsWhatItFoundOut) {
  const auto verified = verify(signer->sign_blob(bytes_of(kArtifact)));
  expect_taken(verified);
  EXPECT_EQ(verified->san(), SandboxSigner::kSan);
  EXPECT_EQ(verified->issuer(), signer->issuer());
  EXPECT_EQ(verified->log_name(), "log.sandbox.test");
  EXPECT_EQ(verified->log_index(), 2);
  ASSERT_EQ(verified->times().size(), 1U);
  EXPECT_EQ(verified->times().front().time, clock.now());
  EXPECT_EQ(verified->times().front().source, root.timestamp_authorities.front().uri);
  EXPECT_FALSE(verified->statement());
  EXPECT_TRUE(verified->identity_was_expected());
  EXPECT_EQ(verified->certificate().subject_alternative_name()->value, SandboxSigner::kSan);
}

TEST_F(VerifierTest, TakesAStatementAboutTheArtifact) {
  const std::string statement = statement_about(kArtifact);
  const Bundle bundle = signer->sign_statement(bytes_of(statement));
  const auto verified = verify(bundle);
  expect_taken(verified);
  EXPECT_EQ(verified->statement()->predicate_type, "https://example.test/p");
  expect_taken(verify_statement_bundle(bundle, bytes_of(statement), root, policy));
}

TEST_F(VerifierTest, TakesAGitSignature) {
  const auto verified = verify_git(signer->sign_git(bytes_of(kCommit)));
  expect_taken(verified);
  EXPECT_EQ(verified->san(), SandboxSigner::kSan);
  EXPECT_EQ(verified->times().front().time, clock.now());
}

// As gitsign writes it: an entry of Rekor v1 with its promise, and no timestamp.
TEST_F(VerifierTest, TakesAGitSignatureInRekorV1) {
  const GitCms cms = parse_git_cms(signer->sign_git(bytes_of(kCommit))).value();
  const HashedRekordV1 record{.digest = hash(cms.hash, cms.attributes),
                              .signature = cms.signature,
                              .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = to_bytes(cms.leaf.der())}};
  LogEntry entry = services->rekor_v1_log().append(to_bytes(encode_hashedrekord_v1(record))).value();
  const auto with = [&](const LogEntry& logged) {
    return encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash}, cms.signature, {.entry = logged})
        .value();
  };
  const auto verified = verify_git(with(entry));
  expect_taken(verified);
  EXPECT_EQ(verified->log_name(), services->rekor_v1_log().name());
  EXPECT_TRUE(verified->times().front().is_log);
  EXPECT_EQ(verified->times().front().time, clock.now());
  ++entry.integrated_time;
  expect_refused(verify_git(with(entry)), RefusalCode::InclusionPromiseInvalid);
}

TEST_F(VerifierTest, TakesAUserNameWhereThatKindIsExpected) {
  const auto user = [](sandbox::LeafOptions& options) {
    options.san = {.kind = SanKind::OtherName, .value = "ada!example.test"};
  };
  const Bundle bundle = signer->sign_blob(bytes_of(kArtifact), leaf(user));
  ExpectedIdentity expected{.san = "ada!example.test", .issuer = signer->issuer(), .san_kind = SanKind::OtherName};
  policy = IdentityPolicy::any_of({expected}).value();
  const auto verified = verify(bundle);
  expect_taken(verified);
  EXPECT_EQ(verified->san_kind(), SanKind::OtherName);
  expected.san_kind = SanKind::Email;
  policy = IdentityPolicy::any_of({expected}).value();
  expect_refused(verify(bundle), RefusalCode::IdentityMismatch, "of another kind");
}

TEST_F(VerifierTest, HoldsTheBuildAgainstTheClaimsThatAreDemanded) {
  const auto from = [](std::string_view repository) {
    return leaf([value = encode_der(der_tag::kUtf8String, bytes_of(repository))](sandbox::LeafOptions& options) {
      options.change = [value](sandbox::CertificateProfile& profile) {
        profile.extensions.push_back({.oid = "1.3.6.1.4.1.57264.1.12", .critical = false, .value = value});
      };
    });
  };
  const Claim claim{.name = ClaimName::SourceRepositoryUri, .value = "https://git.example.test/ours"};
  policy =
      IdentityPolicy::any_of({{.san = std::string(SandboxSigner::kSan), .issuer = signer->issuer(), .claims = {claim}}})
          .value();
  const auto verified = verify(signer->sign_blob(bytes_of(kArtifact), from(claim.value)));
  expect_taken(verified);
  EXPECT_EQ(verified->claims(), std::vector<Claim>{claim});
  expect_refusal_of(from("https://git.example.test/fork"), RefusalCode::ClaimMismatch, "source-repository-uri");
  expect_refusal_of({}, RefusalCode::ClaimMismatch, "source-repository-uri");
}

TEST_F(VerifierTest, SaysWhereNobodyWasExpected) {
  policy = IdentityPolicy::anybody_unsafe();
  const auto verified = verify(signer->sign_blob(bytes_of(kArtifact)));
  expect_taken(verified);
  EXPECT_FALSE(verified->identity_was_expected());
}

TEST_F(VerifierTest, TakesOneOfSeveralExpectedIdentities) {
  policy = IdentityPolicy::any_of({{.san = "bob@example.test", .issuer = "https://other.test"},
                                   {.san = std::string(SandboxSigner::kSan), .issuer = signer->issuer()}})
               .value();
  expect_taken(verify(signer->sign_blob(bytes_of(kArtifact))));
}

// --- 0, 1

}  // namespace
}  // namespace signet::sigstore
