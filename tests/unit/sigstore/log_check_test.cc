#include "sigstore/verify/log_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "sandbox/checkpoint_signer.h"
#include "sandbox/rekor_log.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/checkpoint.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

// A log of the sandbox: real tiles, checkpoints and proofs.
class LogCheck : public testing::Test {
 protected:
  LogCheck() {
    for (const char* content : {"one", "two", "three"}) entry = log.append(body_of(content)).value();
    // Later ones give the entry a proof with several hashes.
    entry = log.append(body_of("this one")).value();
    const auto index = static_cast<std::uint64_t>(entry.log_index);
    log.append(body_of("later")).value();
    entry = log.entry(index).value();
  }

  static Bytes body_of(std::string_view content) {
    return to_bytes(encode_hashedrekord_v2({.digest = hash(HashAlgorithm::Sha256, bytes_of(content)),
                                            .signature = to_bytes("signature of " + std::string(content)),
                                            .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = Bytes(9, 7)},
                                            .key_details = "PKIX_ECDSA_P256_SHA_256"}));
  }

  void expect_refusal(RefusalCode code, std::string_view reason) const {
    expect_refused(verify_log_entry(entry, root), code, reason);
  }
  Verdict<std::vector<VerifiedLogEntry>> entries_of(const std::vector<LogEntry>& entries) const {
    Findings findings;
    return verify_log_entries(entries, root, BundleVersion::V03, findings);
  }
  // The log's checkpoint with another text under its own, good signature.
  void sign_checkpoint(const Checkpoint& checkpoint, const sandbox::SoftwareKey& signer) {
    entry.proof->checkpoint = sandbox::sign_checkpoint(encode_checkpoint_text(checkpoint), sandbox::kLogOrigin, signer);
  }
  Checkpoint checkpoint() const {
    return verify_checkpoint(entry.proof->checkpoint, trusted.note_verifier(), trusted.name()).value();
  }

  test::TemporaryFolder folder;
  sandbox::SoftwareKey key = sandbox::SoftwareKey::generate();
  sandbox::RekorLog log = sandbox::RekorLog::open(folder.path() / "log", key).value();
  TransparencyLog trusted{.base_url = "https://" + std::string(sandbox::kLogOrigin),
                          .key = key.public_key(),
                          .log_id = to_bytes(key.public_key().fingerprint()),
                          .valid_for = {}};
  TrustedRoot root{.logs = {trusted}, .ct_logs = {}, .certificate_authorities = {}, .timestamp_authorities = {}};
  LogEntry entry;
};

TEST_F(LogCheck, TakesAnEntryWithItsProof) {
  const auto verified = verify_log_entry(entry, root);
  expect_taken(verified);
  EXPECT_EQ(verified->log_name(), sandbox::kLogOrigin);
  EXPECT_EQ(verified->log_index(), 4);
  EXPECT_EQ(std::get<HashedRekord>(verified->record()).digest, hash(HashAlgorithm::Sha256, bytes_of("this one")));
  EXPECT_GE(entry.proof->hashes.size(), 2U);
}

// Rekor v2 writes neither, and says to clients that they are to be ignored.
TEST_F(LogCheck, LooksAtNoPromiseAndNoTimeOfRekorV2) {
  entry.inclusion_promise = Bytes(70, 7);
  entry.integrated_time = 1;
  Findings findings;
  const auto verified = verify_log_entry(entry, root, BundleVersion::V03, findings);
  expect_taken(verified);
  EXPECT_FALSE(verified->integrated_time());
  const auto checks = std::move(findings).finish();
  const auto promise = std::ranges::find(checks, CheckName::InclusionPromise, &Check::name);
  ASSERT_NE(promise, checks.end());
  EXPECT_EQ(promise->outcome, Outcome::NotAskedFor);
  EXPECT_EQ(promise->detail, "not looked at, because Rekor v2 makes none");
}

TEST_F(LogCheck, RefusesALogThatNobodyTrusts) {
  entry.log_id.back() ^= 1U;
  expect_refusal(RefusalCode::LogUnknown, "a log that the trusted root does not have");
}

TEST_F(LogCheck, RefusesOtherKindsAndVersions) {
  entry.version = "0.0.3";
  expect_refusal(RefusalCode::LogEntryUnsupported, "does not read");
  entry.version = "0.0.1";
  entry.kind = "rekord";
  expect_refusal(RefusalCode::LogEntryUnsupported, "does not read");
}

TEST_F(LogCheck, RefusesABodyOfAnotherKindThanTheEntrySays) {
  entry = log.append(to_bytes(R"({"apiVersion":"0.0.2","kind":"other","spec":{}})")).value();
  expect_refusal(RefusalCode::LogEntryMismatch, "hashedrekord");
}

TEST_F(LogCheck, RefusesAnEntryWithoutProof) {
  entry.proof.reset();
  const auto verdict = verify_log_entry(entry, root);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::InclusionProofMissing, "has no inclusion proof");
  EXPECT_EQ(verdict.error().expected, "a proof, with a checkpoint of " + std::string(sandbox::kLogOrigin));
  EXPECT_EQ(verdict.error().found, "none");
}

TEST_F(LogCheck, RefusesAProofWithoutCheckpoint) {
  entry.proof->checkpoint.clear();
  expect_refusal(RefusalCode::CheckpointInvalid, "note");
}

TEST_F(LogCheck, RefusesACheckpointByAnotherKey) {
  sign_checkpoint(checkpoint(), key);
  expect_taken(verify_log_entry(entry, root));
  const auto id_of = [](const sandbox::SoftwareKey& one) {
    return encode_hex(checkpoint_key_id(sandbox::kLogOrigin, one.public_key())).substr(0, 8);
  };
  const sandbox::SoftwareKey other = sandbox::SoftwareKey::generate();
  sign_checkpoint(checkpoint(), other);
  const auto verdict = verify_log_entry(entry, root);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::CheckpointInvalid, "not signed by");
  const std::string name(sandbox::kLogOrigin);
  EXPECT_EQ(verdict.error().expected, "a checkpoint of " + name + ", signed by its key " + id_of(key));
  EXPECT_EQ(verdict.error().found, "origin " + name + ", signed by " + name + " with the key " + id_of(other));
}

TEST_F(LogCheck, RefusesACheckpointWithAChangedByte) {
  const std::size_t digit = entry.proof->checkpoint.find('\n') + 1;
  entry.proof->checkpoint[digit] ^= 1;
  expect_refusal(RefusalCode::CheckpointInvalid, "");
}

// Under the log's own signature: another log's text, and Rekor v1's form with a tree id.
TEST_F(LogCheck, RefusesACheckpointOfAnotherOrigin) {
  const Checkpoint good = checkpoint();
  for (const char* origin : {"other.sandbox.test", "log.sandbox.test - 17"}) {
    Checkpoint other = good;
    other.origin = origin;
    sign_checkpoint(other, key);
    expect_refusal(RefusalCode::CheckpointInvalid, "origin");
  }
}

TEST_F(LogCheck, RefusesAProofOfAnotherTreeThanTheCheckpoints) {
  const LogEntry good = entry;
  ++entry.proof->tree_size;
  expect_refusal(RefusalCode::InclusionProofInvalid, "another tree");
  entry = good;
  entry.proof->root.value.back() ^= 1U;
  expect_refusal(RefusalCode::InclusionProofInvalid, "another tree");
}

TEST_F(LogCheck, RefusesAProofOfAnotherIndex) {
  const LogEntry good = entry;
  ++entry.proof->log_index;
  expect_refusal(RefusalCode::InclusionProofInvalid, "of another entry");
  entry = good;
  --entry.log_index;
  --entry.proof->log_index;
  expect_refusal(RefusalCode::InclusionProofInvalid, "not in the log");
}

TEST_F(LogCheck, RefusesAChangedHashAndAMissingOne) {
  const LogEntry good = entry;
  entry.proof->hashes.back().back() ^= 1U;
  expect_refusal(RefusalCode::InclusionProofInvalid, "not in the log");
  entry = good;
  entry.proof->hashes.pop_back();
  expect_refusal(RefusalCode::InclusionProofInvalid, "not in the log");
}

TEST_F(LogCheck, RefusesABodyThatIsNotTheOneInTheTree) {
  entry.canonicalized_body = body_of("another");
  expect_refusal(RefusalCode::InclusionProofInvalid, "not in the log");
}

TEST_F(LogCheck, WantsAtLeastOneEntryAndAllOfThemGood) {
  expect_refused(entries_of({}), RefusalCode::LogEntryMissing, "in no log");
  EXPECT_EQ(entries_of({entry, log.entry(1).value()}).value().size(), 2U);
  LogEntry bad = log.entry(1).value();
  bad.proof->hashes.back().back() ^= 1U;
  expect_refused(entries_of({entry, bad}), RefusalCode::InclusionProofInvalid, "not in the log");
}

TEST_F(LogCheck, CountsAnEntryOfAnUnknownLogForNothing) {
  LogEntry foreign = entry;
  foreign.log_id.back() ^= 1U;
  EXPECT_EQ(entries_of({foreign, entry}).value().size(), 1U);
  expect_refused(entries_of({foreign, foreign}), RefusalCode::LogUnknown, "a log that the trusted root does not have");
}

}  // namespace
}  // namespace signet::sigstore
