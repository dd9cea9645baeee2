// From an object to a finished signature, with a sandbox's services in the place of the public ones.
#include "sigstore/sign/draft.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "sandbox/sandbox.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/timestamp.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

constexpr std::string_view kSan = "ada@example.test";
constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n"
    "\n"
    "first\n";
constexpr std::string_view kSubject =
    R"({"name":"a","digest":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}})";

std::string statement(std::size_t subjects = 1) {
  std::string list(kSubject);
  for (std::size_t i = 1; i < subjects; ++i) list += "," + std::string(kSubject);
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[)" + list +
         R"(],"predicateType":"https://example.test/p","predicate":{}})";
}

Digest sha256(std::string_view text) { return hash(HashAlgorithm::Sha256, bytes_of(text)); }
GitObject commit() { return parse_git_object(bytes_of(kCommit), kCommit.size()).value(); }
PublicKey some_key(KeyKind kind) { return test::SoftwareKey::generate(kind).public_key(); }

TEST(Draft, SignsADigestAsItIsWithTheHashOfTheKeysKind) {
  const auto draft = Draft::for_digest(sha256("abc"), some_key(KeyKind::EcdsaP256));
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->to_sign(), sha256("abc"));
  EXPECT_TRUE(Draft::for_digest(hash(HashAlgorithm::Sha384, bytes_of("abc")), some_key(KeyKind::EcdsaP384)));
  expect_refusal(Draft::for_digest(sha256("abc"), some_key(KeyKind::EcdsaP384)), ErrorCode::KeyUnsuitable,
                 "a key of kind p384 signs sha384 digests, not sha256");
  expect_refusal(Draft::for_digest(hash(HashAlgorithm::Sha512, bytes_of("abc")), some_key(KeyKind::Ed25519)),
                 ErrorCode::KeyUnsuitable, "ed25519 signs no files");
}

TEST(Draft, SignsTheEnvelopeAroundAStatement) {
  const auto draft = Draft::for_statement(to_bytes(statement()), some_key(KeyKind::EcdsaP256));
  ASSERT_TRUE(draft) << draft.error().sentence();
  // DSSE: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.
  const std::string pae =
      "DSSEv1 28 application/vnd.in-toto+json " + std::to_string(statement().size()) + " " + statement();
  EXPECT_EQ(draft->to_sign(), sha256(pae));
}

TEST(Draft, RefusesAStatementThatVerifiersWouldRefuse) {
  const PublicKey key = some_key(KeyKind::EcdsaP256);
  EXPECT_TRUE(Draft::for_statement(to_bytes(statement(1000)), key));
  expect_refusal(Draft::for_statement(to_bytes(statement(1001)), key), ErrorCode::LimitExceeded,
                 "has 1001 subjects; the limit is 1000");
  expect_refusal(Draft::for_statement(to_bytes("{}"), key), ErrorCode::InvalidRequest, "_type");
}

TEST(Draft, SignsAttributesThatHoldTheGitObjectsDigest) {
  const WallTime time = parse_rfc3339("2026-01-31T11:00:00Z").value();
  const auto draft = Draft::for_git(commit(), some_key(KeyKind::EcdsaP256), time);
  ASSERT_TRUE(draft) << draft.error().sentence();
  EXPECT_EQ(draft->to_sign(), hash(HashAlgorithm::Sha256, make_cms_attributes(sha256(kCommit), time).der));
  const auto larger = Draft::for_git(commit(), some_key(KeyKind::EcdsaP384), time);
  ASSERT_TRUE(larger);
  EXPECT_EQ(larger->to_sign().algorithm(), HashAlgorithm::Sha384);
}

class KindThatSignsNoObjects : public testing::TestWithParam<KeyKind> {};
TEST_P(KindThatSignsNoObjects, IsRefused) {
  const PublicKey key = some_key(GetParam());
  expect_refusal(Draft::for_statement(to_bytes(statement()), key), ErrorCode::KeyUnsuitable, "signs no statements");
  expect_refusal(Draft::for_git(commit(), key, WallTime{}), ErrorCode::KeyUnsuitable, "signs no git objects");
  const Digest digest = hash(default_hash(GetParam()), bytes_of("abc"));
  expect_refusal(Draft::for_digest(digest, key), ErrorCode::KeyUnsuitable, "signs no files");
}
INSTANTIATE_TEST_SUITE_P(D3, KindThatSignsNoObjects,
                         testing::Values(KeyKind::EcdsaP521, KeyKind::Rsa2048, KeyKind::Ed25519));

class FinishedSignature : public testing::Test {
 protected:
  void SetUp() override { clock_.set(clock_.now() + std::chrono::hours(1)); }

  VerifiedCertificate certificate(const sandbox::SoftwareKey& key) {
    const auto issued =
        services_->certificate_authority().issue({.key = key.public_key(),
                                                  .san = {.kind = SanKind::Email, .value = std::string(kSan)},
                                                  .issuer = services_->endpoints().issuer});
    return verify_issued_certificate(Certificate::from_der(issued.value().leaf).value(), key.public_key(), kSan,
                                     services_->endpoints().issuer, root_, clock_.now())
        .value();
  }
  SignedDraft signed_draft(Draft draft) const {
    Bytes signature = key_.sign_digest(draft.to_sign());
    return SignedDraft::check(std::move(draft), key_.public_key(), std::move(signature)).value();
  }
  LogEntry logged(const SignedDraft& draft, const VerifiedCertificate& by) {
    return services_->rekor_log().append(to_bytes(encode_hashedrekord_v2(draft.log_record(by.certificate())))).value();
  }
  LogEntry logged_in_v1(const SignedDraft& draft, const VerifiedCertificate& by) {
    return services_->rekor_v1_log().append(to_bytes(draft.log_proposal(by.certificate()).body)).value();
  }
  Bytes stamped(ByteView signature) {
    return services_->timestamp_authority().stamp(hash(HashAlgorithm::Sha256, signature)).value();
  }
  static Evidence with(Bytes stamp, LogEntry entry) {
    return {.timestamps = {std::move(stamp)}, .entries = {std::move(entry)}};
  }
  IdentityPolicy policy() const {
    return IdentityPolicy::any_of({{.san = std::string(kSan), .issuer = services_->endpoints().issuer}}).value();
  }
  Draft digest_draft(std::string_view text) const { return Draft::for_digest(sha256(text), key_.public_key()).value(); }
  Draft git_draft() const { return Draft::for_git(commit(), key_.public_key(), clock_.now()).value(); }

  FixedClock clock_{parse_rfc3339("2026-01-31T11:00:00Z").value()};  // when all authorities begin
  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::Sandbox> services_ = sandbox::Sandbox::open(folder_ / "sandbox", clock_).value();
  TrustedRoot root_ = parse_trusted_root(services_->trusted_root()).value();
  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
};

TEST_F(FinishedSignature, OfADigestVerifiesAsABundleOfTheFile) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(digest_draft("abc"));
  const auto bundle = draft.finish_bundle(by, with(stamped(draft.signature()), logged(draft, by)), root_);
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.san(), kSan);
  const auto again = verify_bundle(bundle->json, Artifact{.digests = {sha256("abc")}}, root_, policy());
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->log_index(), bundle->verified.log_index());
}

TEST_F(FinishedSignature, OfAStatementVerifiesAsABundleOfItsSubject) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(Draft::for_statement(to_bytes(statement()), key_.public_key()).value());
  const auto bundle = draft.finish_bundle(by, with(stamped(draft.signature()), logged(draft, by)), root_);
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  const auto again = verify_bundle(bundle->json, Artifact{.digests = {sha256("abc")}}, root_, policy());
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->statement()->predicate_type, "https://example.test/p");
}

TEST_F(FinishedSignature, OfACommitVerifiesAsItsCms) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(git_draft());
  const auto cms = draft.finish_cms(by, with(stamped(draft.signature()), logged(draft, by)), root_);
  ASSERT_TRUE(cms) << cms.error().sentence();
  const auto again = verify_git_signature(bytes_of(kCommit), cms->armored, root_, policy());
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->log_index(), cms->verified.log_index());
}

// Rekor v1 signs the time at which it took the entry: that is enough.
TEST_F(FinishedSignature, NeedsNoTimestampBesideAnEntryOfRekorV1) {
  const auto by = certificate(key_);
  const SignedDraft blob = signed_draft(digest_draft("abc"));
  const auto bundle = blob.finish_bundle(by, {.entries = {logged_in_v1(blob, by)}}, root_);
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.log_name(), "rekor.sandbox.test");
  ASSERT_EQ(bundle->verified.times().size(), 1U);
  EXPECT_EQ(bundle->verified.times()[0].time, clock_.now());
  const SignedDraft git = signed_draft(git_draft());
  const auto cms = git.finish_cms(by, {.entries = {logged_in_v1(git, by)}}, root_);
  ASSERT_TRUE(cms) << cms.error().sentence();
  EXPECT_EQ(cms->verified.log_name(), "rekor.sandbox.test");
}

TEST_F(FinishedSignature, OfAStatementIsADsseEntryInRekorV1) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(Draft::for_statement(to_bytes(statement()), key_.public_key()).value());
  const LogEntry entry = logged_in_v1(draft, by);
  EXPECT_EQ(entry.kind, "dsse");
  const auto bundle = draft.finish_bundle(by, with(stamped(draft.signature()), entry), root_);
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.times().size(), 2U) << "the log's and the authority's";
  const auto again = verify_bundle(bundle->json, Artifact{.digests = {sha256("abc")}}, root_, policy());
  EXPECT_TRUE(again) << again.error().what;
}

// What gitsign reads is rebuilt from the CMS alone: the entry's body does not travel.
TEST_F(FinishedSignature, OfACommitCarriesTheEntryOfRekorV1WithoutItsBody) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(git_draft());
  const LogEntry entry = logged_in_v1(draft, by);
  const auto cms = draft.finish_cms(by, with(stamped(draft.signature()), entry), root_);
  ASSERT_TRUE(cms) << cms.error().sentence();
  const auto carried = parse_git_cms(cms->armored)->evidence.entry;
  ASSERT_TRUE(carried);
  EXPECT_EQ(carried->kind, "hashedrekord");
  EXPECT_EQ(carried->version, "0.0.1");
  EXPECT_EQ(carried->log_index, entry.log_index);
  EXPECT_EQ(carried->proof->log_index, entry.proof->log_index);
  EXPECT_EQ(carried->inclusion_promise, entry.inclusion_promise);
  EXPECT_TRUE(carried->canonicalized_body.empty());
}

TEST_F(FinishedSignature, IsNotHandedOutWithATimeThatItsLogDidNotSign) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(digest_draft("abc"));
  LogEntry entry = logged_in_v1(draft, by);
  ASSERT_TRUE(draft.finish_bundle(by, {.entries = {entry}}, root_));
  ++entry.integrated_time;
  expect_refusal(draft.finish_bundle(by, {.entries = {entry}}, root_), ErrorCode::NotVerified,
                 "InclusionPromiseInvalid");
  clock_.set(clock_.now() + std::chrono::minutes(11));
  const SignedDraft late = signed_draft(digest_draft("late"));
  expect_refusal(late.finish_bundle(by, {.entries = {logged_in_v1(late, by)}}, root_), ErrorCode::NotVerified,
                 "CertificateNotValidThen");
}

TEST_F(FinishedSignature, OfACommitHasRoomForOneEntryAndOneTimestamp) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(git_draft());
  const LogEntry entry = logged(draft, by);
  const Bytes stamp = stamped(draft.signature());
  expect_refusal(draft.finish_cms(by, {.timestamps = {stamp, stamp}, .entries = {entry}}, root_),
                 ErrorCode::NotBuiltYet, "more than one log entry or timestamp");
}

TEST_F(FinishedSignature, IsNotMadeFromASignatureByAnotherKeyOrOverAnotherDigest) {
  const auto by_other = sandbox::SoftwareKey::generate().sign_digest(sha256("abc"));
  const auto over_other = key_.sign_digest(sha256("abd"));
  const auto own = key_.sign_digest(sha256("abc"));
  EXPECT_TRUE(SignedDraft::check(digest_draft("abc"), key_.public_key(), own));
  for (const Bytes& signature : {by_other, over_other, Bytes(), Bytes(64, 1)}) {
    expect_refusal(SignedDraft::check(digest_draft("abc"), key_.public_key(), signature), ErrorCode::NotVerified,
                   "not one of the pinned key");
  }
  EXPECT_EQ(SignedDraft::check(digest_draft("abc"), key_.public_key(), own)->finish_raw().signature, own);
}

// D2c: evidence that fits everything but this signature never leaves.
TEST_F(FinishedSignature, IsNotHandedOutWithTheEvidenceOfAnother) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(digest_draft("abc"));
  const SignedDraft other = signed_draft(digest_draft("abd"));
  const LogEntry entry = logged(draft, by);
  const Bytes stamp = stamped(draft.signature());
  ASSERT_TRUE(draft.finish_bundle(by, with(stamp, entry), root_));
  expect_refusal(draft.finish_bundle(by, with(stamp, logged(other, by)), root_), ErrorCode::NotVerified,
                 "LogEntryMismatch");
  expect_refusal(draft.finish_bundle(by, with(stamped(other.signature()), entry), root_), ErrorCode::NotVerified,
                 "TimestampInvalid");
  const auto other_key = sandbox::SoftwareKey::generate();
  const auto by_other = certificate(other_key);
  expect_refusal(draft.finish_bundle(by_other, with(stamp, logged(draft, by_other)), root_), ErrorCode::NotVerified,
                 "SignatureInvalid");
  clock_.set(clock_.now() + std::chrono::minutes(11));
  expect_refusal(draft.finish_bundle(by, with(stamped(draft.signature()), entry), root_), ErrorCode::NotVerified,
                 "CertificateNotValidThen");
}

// Two entries were asked of two logs.
TEST_F(FinishedSignature, IsNotHandedOutWithTwoEntriesOfOneLog) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(digest_draft("abc"));
  const LogEntry first = logged(draft, by);
  const LogEntry second = logged(draft, by);
  const Bytes stamp = stamped(draft.signature());
  ASSERT_TRUE(draft.finish_bundle(by, with(stamp, first), root_));
  ASSERT_TRUE(draft.finish_bundle(by, with(stamp, second), root_));
  expect_refusal(draft.finish_bundle(by, {.timestamps = {stamp}, .entries = {first, second}}, root_),
                 ErrorCode::NotVerified, "an entry twice");
}

TEST_F(FinishedSignature, OfACommitIsNotHandedOutWithTheEvidenceOfAnother) {
  const auto by = certificate(key_);
  const SignedDraft draft = signed_draft(git_draft());
  const SignedDraft other = signed_draft(digest_draft("abd"));
  const LogEntry entry = logged(draft, by);
  const Bytes stamp = stamped(draft.signature());
  ASSERT_TRUE(draft.finish_cms(by, with(stamp, entry), root_));
  // The body is rebuilt from the signature, so that another entry's proof leads elsewhere.
  expect_refusal(draft.finish_cms(by, with(stamp, logged(other, by)), root_), ErrorCode::NotVerified,
                 "InclusionProofInvalid");
  expect_refusal(draft.finish_cms(by, with(stamped(other.signature()), entry), root_), ErrorCode::NotVerified,
                 "TimestampInvalid");
  expect_refusal(draft.finish_cms(by, with(Bytes{1, 2, 3}, entry), root_), ErrorCode::InvalidRequest, "");
}

TEST_F(FinishedSignature, HasTheFormOfItsKind) {
  const auto by = certificate(key_);
  const SignedDraft git = signed_draft(git_draft());
  const SignedDraft blob = signed_draft(digest_draft("abc"));
  expect_refusal(git.finish_bundle(by, Evidence{}, root_), ErrorCode::Bug, "a git object has no bundle");
  expect_refusal(blob.finish_cms(by, Evidence{}, root_), ErrorCode::Bug, "only git objects have CMS signatures");
}

}  // namespace
}  // namespace signet::sigstore
