#include "sigstore/verify/content_check.h"

#include <gtest/gtest.h>

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

constexpr std::string_view kArtifact = "an artifact";

std::string statement_about(const Digest& digest) {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"other","digest":{"sha256":")" +
         std::string(64, 'a') + R"("}},{"name":"a","digest":{")" + std::string(hash_name(digest.algorithm())) +
         R"(":")" + digest.hex() + R"("}}],"predicateType":"https://example.test/p","predicate":{}})";
}

class ContentCheck : public testing::Test {
 protected:
  static Digest digest_of(std::string_view text) { return hash(HashAlgorithm::Sha256, bytes_of(text)); }

  Bundle blob() const {
    return {.certificate = to_bytes(leaf.der()),
            .public_key_hint = {},
            .entries = {},
            .timestamps = {},
            .content = MessageSignature{.digest = digest_of(kArtifact), .signature = key.sign(bytes_of(kArtifact))}};
  }
  Bundle envelope(std::string_view payload) const {
    Bundle bundle = blob();
    bundle.content = DsseEnvelope{.payload = to_bytes(payload),
                                  .payload_type = std::string(kInTotoPayloadType),
                                  .signature = key.sign(encode_pae(kInTotoPayloadType, bytes_of(payload))),
                                  .key_id = {}};
    return bundle;
  }
  test::SoftwareKey key = test::SoftwareKey::generate(KeyKind::EcdsaP256);
  Certificate leaf =
      test::make_certificate(test::leaf_recipe(key.public_key(), wall_time_from_unix(1'769'860'800)), key);
  Artifact artifact{.digests = {digest_of(kArtifact)}};
};

TEST_F(ContentCheck, ComparesTheArtifactWithTheMessage) {
  const auto taken = check_artifact(blob(), artifact);
  expect_taken(taken);
  EXPECT_FALSE(taken->has_value());
  expect_refused(check_artifact(blob(), {.digests = {digest_of("another artifact")}}), RefusalCode::ArtifactMismatch,
                 "of another artifact");
}

TEST_F(ContentCheck, NeedsTheArtifactsDigestOfTheSameKind) {
  const Artifact sha384{.digests = {hash(HashAlgorithm::Sha384, bytes_of(kArtifact))}};
  expect_refused(check_artifact(blob(), sha384), RefusalCode::ArtifactMismatch, "is not known");
  expect_refused(check_artifact(blob(), {}), RefusalCode::ArtifactMismatch, "is not known");
}

TEST_F(ContentCheck, LooksForTheArtifactAmongTheSubjects) {
  const auto taken = check_artifact(envelope(statement_about(artifact.digests.front())), artifact);
  expect_taken(taken);
  EXPECT_EQ(taken->value().predicate_type, "https://example.test/p");
  expect_refused(check_artifact(envelope(statement_about(digest_of("another"))), artifact),
                 RefusalCode::StatementInvalid, "no subject");
  expect_refused(check_artifact(envelope(statement_about(artifact.digests.front())), {}), RefusalCode::StatementInvalid,
                 "no subject");
}

TEST_F(ContentCheck, DemandsTheTypeOfTheAttestation) {
  const Bundle bundle = envelope(statement_about(artifact.digests.front()));
  artifact.predicate_type = "https://example.test/p";
  expect_taken(check_artifact(bundle, artifact));
  artifact.predicate_type = "https://example.test/q";
  expect_refused(check_artifact(bundle, artifact), RefusalCode::PredicateTypeMismatch, "of another type");
}

TEST_F(ContentCheck, TakesNoSignatureForAnAttestation) {
  expect_taken(check_artifact(blob(), artifact));
  artifact.predicate_type = "https://example.test/p";
  expect_refused(check_artifact(blob(), artifact), RefusalCode::PredicateTypeMismatch, "is a signature");
}

// A subject under one hash and an artifact under two: one in common suffices.
TEST_F(ContentCheck, TakesASubjectWithAnyDigestOfTheArtifact) {
  const Digest sha512 = hash(HashAlgorithm::Sha512, bytes_of(kArtifact));
  const Bundle bundle = envelope(statement_about(sha512));
  expect_refused(check_artifact(bundle, artifact), RefusalCode::StatementInvalid, "no subject");
  artifact.digests.push_back(sha512);
  expect_taken(check_artifact(bundle, artifact));
}

TEST_F(ContentCheck, RefusesPayloadsThatAreNoStatements) {
  Bundle bundle = envelope(statement_about(artifact.digests.front()));
  std::get<DsseEnvelope>(bundle.content).payload_type = "application/json";
  expect_refused(check_artifact(bundle, artifact), RefusalCode::StatementInvalid, "not an in-toto statement");
  expect_refused(check_artifact(envelope("{}"), artifact), RefusalCode::StatementInvalid);
}

TEST_F(ContentCheck, ComparesAWholeStatementByteForByte) {
  const std::string statement = statement_about(artifact.digests.front());
  const Bundle bundle = envelope(statement);
  expect_taken(check_statement(bundle, bytes_of(statement)));
  expect_refused(check_statement(bundle, bytes_of(statement + " ")), RefusalCode::ArtifactMismatch,
                 "another statement");
  expect_refused(check_statement(blob(), bytes_of(statement)), RefusalCode::ArtifactMismatch, "has no statement");
}

TEST_F(ContentCheck, ComparesTheGitObjectWithTheAttributes) {
  const GitCms cms{.leaf = leaf,
                   .hash = HashAlgorithm::Sha256,
                   .attributes = {},
                   .content_digest = digest_of("tree 1\n"),
                   .signing_time = {},
                   .signature = {},
                   .evidence = {}};
  expect_taken(check_git_object(cms, bytes_of("tree 1\n")));
  expect_refused(check_git_object(cms, bytes_of("tree 2\n")), RefusalCode::GitObjectMismatch, "another git object");
}

}  // namespace
}  // namespace signet::sigstore
