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
  HashedRekord record_of(const Bundle& bundle) const {
    return {.digest = signed_digest(bundle, HashAlgorithm::Sha256),
            .signature = bundle.signature(),
            .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = bundle.certificate},
            .key_details = "PKIX_ECDSA_P256_SHA_256"};
  }

  test::SoftwareKey key = test::SoftwareKey::generate(KeyKind::EcdsaP256);
  Certificate leaf =
      test::make_certificate(test::leaf_recipe(key.public_key(), wall_time_from_unix(1'769'860'800)), key);
  Artifact artifact{.digests = {digest_of(kArtifact)}};
};

// DSSE protocol: the PAE's digest of the suite's envelope is what Rekor v2 logs.
TEST_F(ContentCheck, TakesTheDigestOfAMessageAndOfAnEnvelopesPae) {
  EXPECT_EQ(signed_digest(blob(), HashAlgorithm::Sha384), digest_of(kArtifact));
  const Bundle bundle = envelope("{}");
  EXPECT_EQ(signed_digest(bundle, HashAlgorithm::Sha384),
            hash(HashAlgorithm::Sha384, bytes_of("DSSEv1 28 application/vnd.in-toto+json 2 {}")));
}

TEST_F(ContentCheck, TakesTheRecordOfTheBundle) {
  for (const Bundle& bundle : {blob(), envelope("{}")}) {
    expect_taken(check_record(record_of(bundle), bundle, leaf));
    expect_taken(check_signature(record_of(bundle), leaf));
  }
}

TEST_F(ContentCheck, RefusesTheRecordOfAnotherCertificate) {
  HashedRekord record = record_of(blob());
  record.verifier.der.back() ^= 1U;
  expect_refused(check_record(record, blob(), leaf), RefusalCode::LogEntryMismatch, "another certificate");
  record = record_of(blob());
  record.verifier.kind = EntryVerifier::Kind::PublicKey;
  expect_refused(check_record(record, blob(), leaf), RefusalCode::LogEntryMismatch, "another certificate");
}

TEST_F(ContentCheck, RefusesTheRecordOfAnotherSignature) {
  const Bundle bundle = blob();
  HashedRekord record = record_of(bundle);
  record.signature = key.sign(bytes_of(kArtifact));  // as good, but not this one
  expect_refused(check_record(record, bundle, leaf), RefusalCode::LogEntryMismatch, "another signature");
}

TEST_F(ContentCheck, RefusesTheRecordOfAnotherContent) {
  for (const Bundle& bundle : {blob(), envelope("{}")}) {
    HashedRekord record = record_of(bundle);
    record.digest = digest_of("another");
    expect_refused(check_record(record, bundle, leaf), RefusalCode::LogEntryMismatch, "another content");
  }
}

// What is logged is the digest of the PAE, never that of the payload alone.
TEST_F(ContentCheck, RefusesTheRecordOfThePayloadWithoutItsType) {
  const Bundle bundle = envelope("{}");
  HashedRekord record = record_of(bundle);
  record.digest = digest_of("{}");
  expect_refused(check_record(record, bundle, leaf), RefusalCode::LogEntryMismatch, "another content");
}

// The registry of algorithms: one for each kind of key. Each mistake is in a signature that is good.
class RegistryOfAlgorithms : public testing::TestWithParam<KeyKind> {
 protected:
  HashedRekord record(HashAlgorithm algorithm, std::string_view details) const {
    const Digest digest = hash(algorithm, bytes_of(kArtifact));
    return {.digest = digest,
            .signature = key.sign(algorithm, bytes_of(kArtifact)),
            .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = to_bytes(leaf.der())},
            .key_details = std::string(details)};
  }
  test::SoftwareKey key = test::SoftwareKey::generate(GetParam());
  Certificate leaf =
      test::make_certificate(test::leaf_recipe(key.public_key(), wall_time_from_unix(1'769'860'800)), key);
};

TEST_P(RegistryOfAlgorithms, HasOneHashForEachKindOfKey) {
  const std::string_view details = key_details_name(GetParam());
  for (const auto algorithm : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    const auto checked = check_signature(record(algorithm, details), leaf);
    if (algorithm == default_hash(GetParam())) {
      expect_taken(checked);
    } else {
      expect_refused(checked, RefusalCode::AlgorithmUnsuitable,
                     "a key of kind " + std::string(key_kind_name(GetParam())) + " signed by a hash");
    }
  }
}

TEST_P(RegistryOfAlgorithms, HasOneNameForEachKindOfKey) {
  const HashAlgorithm own = default_hash(GetParam());
  expect_taken(check_signature(record(own, key_details_name(GetParam())), leaf));
  for (const char* other : {"PKIX_ECDSA_P384_SHA_256", "PKIX_RSA_PSS_3072_SHA256", "PKCS1_RSA_PKCS1V5", ""}) {
    expect_refused(check_signature(record(own, other), leaf), RefusalCode::AlgorithmUnsuitable,
                   "the log entry names another algorithm");
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, RegistryOfAlgorithms,
                         testing::Values(KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::EcdsaP521, KeyKind::Rsa2048,
                                         KeyKind::Rsa3072),
                         [](const auto& info) { return std::string(key_kind_name(info.param)); });

TEST_F(ContentCheck, RefusesASignatureThatIsNotTheLeafs) {
  HashedRekord record = record_of(blob());
  record.signature = test::SoftwareKey::generate(KeyKind::EcdsaP256).sign(bytes_of(kArtifact));
  expect_refused(check_signature(record, leaf), RefusalCode::SignatureInvalid);
}

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
