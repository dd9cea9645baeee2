#include "sandbox/rekor_log.h"

#include "sigstore/encoding/hash.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;
using sigstore::HashedRekord;

class SandboxLog : public OpenedSandbox {
 protected:
  [[nodiscard]] RekorLog& log() { return sandbox_->rekor_log(); }
  [[nodiscard]] static HashedRekord record_of(const SoftwareKey& key, std::string_view artifact) {
    const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(artifact));
    return {.digest = digest,
            .signature = key.sign_digest(digest),
            .verifier = {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(key.public_key().spki())},
            .key_details = "PKIX_ECDSA_P256_SHA_256"};
  }

  SoftwareKey key_ = SoftwareKey::generate();
  HashedRekord record_ = record_of(key_, "artifact");
  Bytes body_ = to_bytes(encode_hashedrekord_v2(record_));
};

TEST_F(SandboxLog, BeginsWithAnEntryToThrowAway) {
  ASSERT_EQ(log().size(), 1U);
  const auto first = log().entry(0);
  ASSERT_TRUE(first.has_value());
  test::expect_taken(sigstore::verify_log_entry(*first, trusted_root()));
  const auto record = sigstore::parse_hashedrekord_v2(first->canonicalized_body);
  ASSERT_TRUE(record.has_value());
  EXPECT_TRUE(check_record(*record).has_value()) << "it is like any other";
}

TEST_F(SandboxLog, ProvesEveryEntryInTheTreeOfTheLastCheckpoint) {
  const auto early = log().append(body_);
  ASSERT_TRUE(early.has_value());
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(log().append(to_bytes(encode_hashedrekord_v2(record_of(key_, std::to_string(i))))).has_value());
  }
  for (const std::uint64_t index : {0U, 1U, 255U, 256U, 301U}) {
    const auto entry = log().entry(index);
    ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
    EXPECT_EQ(entry->log_index, static_cast<std::int64_t>(index));
    EXPECT_EQ(entry->proof->tree_size, 302);
    test::expect_taken(sigstore::verify_log_entry(*entry, trusted_root()));
  }
  test::expect_taken(sigstore::verify_log_entry(*early, trusted_root()));
}

TEST_F(SandboxLog, GivesABatchOneCheckpoint) {
  const auto entries = log().append(
      {to_bytes(encode_hashedrekord_v2(record_of(key_, "1"))), to_bytes(encode_hashedrekord_v2(record_of(key_, "2")))});
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->at(0).proof->checkpoint, entries->at(1).proof->checkpoint);
  for (const auto& entry : *entries) test::expect_taken(sigstore::verify_log_entry(entry, trusted_root()));
}

TEST_F(SandboxLog, FindsABodyByItsBytesAlsoAfterARestart) {
  EXPECT_EQ(log().find(body_), std::nullopt);
  ASSERT_TRUE(log().append(body_).has_value());
  ASSERT_TRUE(log().append(body_).has_value()) << "the log itself takes it twice";
  EXPECT_EQ(log().find(body_), 1U) << "the first";
  reopen();
  EXPECT_EQ(log().find(body_), 1U);
  EXPECT_EQ(log().size(), 3U) << "and no second entry to throw away";
}

TEST_F(SandboxLog, SignsAsTheLogOfTheTrustedRoot) {
  const auto entry = log().append(body_);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->proof->checkpoint.substr(0, kLogOrigin.size() + 1), std::string(kLogOrigin) + "\n");
  EXPECT_TRUE(equal(entry->log_id, log().key().public_key().fingerprint()));
}

TEST_F(SandboxLog, RefusesTheFolderOfAnotherKey) {
  const auto folder = folder_ / "d/rekor";
  const SoftwareKey own = log().key();
  sandbox_.reset();
  test::expect_refusal(RekorLog::open(folder, SoftwareKey::generate()), ErrorCode::NotVerified,
                       "not signed by log.sandbox.test");
  EXPECT_TRUE(RekorLog::open(folder, own).has_value());
}

TEST_F(SandboxLog, TakesARecordWhoseSignatureVerifies) {
  const auto key = check_record(record_);
  ASSERT_TRUE(key.has_value()) << key.error().sentence();
  EXPECT_EQ(*key, key_.public_key());
}

TEST_F(SandboxLog, TakesACertificateForItsKey) {
  const auto leaf = sandbox_->certificate_authority().issue(
      {.key = key_.public_key(), .san = {sigstore::SanKind::Email, "a@b.test"}, .issuer = "https://issuer.test"});
  record_.verifier = {.kind = EntryVerifier::Kind::Certificate, .der = leaf->leaf};
  EXPECT_TRUE(check_record(record_).has_value());
}

TEST_F(SandboxLog, RefusesARecordWhoseSignatureDoesNotVerify) {
  record_.signature.back() ^= 1U;
  test::expect_refusal(check_record(record_), ErrorCode::InvalidRequest, "the signature does not verify");
}

TEST_F(SandboxLog, RefusesARecordOfAnotherDigest) {
  record_.digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of("another artifact"));
  test::expect_refusal(check_record(record_), ErrorCode::InvalidRequest, "the signature does not verify");
}

TEST_F(SandboxLog, RefusesARecordOfAnotherKey) {
  record_.verifier.der = to_bytes(SoftwareKey::generate().public_key().spki());
  test::expect_refusal(check_record(record_), ErrorCode::InvalidRequest, "the signature does not verify");
}

TEST_F(SandboxLog, RefusesKeyDetailsThatAreNotTheKeys) {
  record_.key_details = "PKIX_ECDSA_P384_SHA_384";
  test::expect_refusal(check_record(record_), ErrorCode::InvalidRequest, "keyDetails is not the algorithm of the key");
}

TEST_F(SandboxLog, RefusesADigestOfAnotherHashThanTheKeys) {
  record_.digest = sigstore::hash(HashAlgorithm::Sha384, bytes_of("artifact"));
  record_.signature = key_.sign_digest(record_.digest);
  test::expect_refusal(check_record(record_), ErrorCode::InvalidRequest, "the digest is not of the key's hash");
}

}  // namespace
}  // namespace signet::sandbox
