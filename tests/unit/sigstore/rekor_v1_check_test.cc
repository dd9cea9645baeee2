// Entries of Rekor v1: promise, time, proof and checkpoint, each spoilt alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sandbox/checkpoint_signer.h"
#include "sandbox/rekor_v1_log.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

constexpr const char* kName = "rekor.sandbox.test";

class RekorV1Check : public testing::Test {
 protected:
  RekorV1Check() {
    log.append(body_of("one")).value();
    entry = log.append(body_of("this one")).value();
    expect_taken(verify(BundleVersion::V01));
    expect_taken(verify(BundleVersion::V03));
  }

  static Bytes body_of(std::string_view content) {
    return to_bytes(
        encode_hashedrekord_v1({.digest = hash(HashAlgorithm::Sha256, bytes_of(content)),
                                .signature = to_bytes("signature of " + std::string(content)),
                                .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = Bytes(9, 7)}}));
  }
  [[nodiscard]] Verdict<VerifiedLogEntry> verify(BundleVersion version) const {
    Findings findings;
    return verify_log_entry(entry, root, version, findings);
  }
  void expect_refusal(RefusalCode code, std::string_view reason) const {
    expect_refused(verify(BundleVersion::V03), code, reason);
  }
  [[nodiscard]] Checkpoint checkpoint() const {
    return verify_checkpoint(entry.proof->checkpoint, trusted().note_verifier(), kName).value();
  }
  void sign_checkpoint(const Checkpoint& changed, std::string_view name) {
    entry.proof->checkpoint = sandbox::sign_checkpoint(encode_checkpoint_text(changed), name, key);
  }
  [[nodiscard]] TransparencyLog& trusted() { return root.logs.front(); }
  [[nodiscard]] const TransparencyLog& trusted() const { return root.logs.front(); }

  test::TemporaryFolder folder;
  FixedClock clock{wall_time_from_unix(1'769'860'800)};
  sandbox::SoftwareKey key = sandbox::SoftwareKey::generate();
  sandbox::RekorV1Log log = sandbox::RekorV1Log::open(folder.path() / "log", key, kName, clock).value();
  TrustedRoot root{.logs = {{.base_url = "https://" + std::string(kName),
                             .key = key.public_key(),
                             .log_id = to_bytes(key.public_key().fingerprint()),
                             .valid_for = {.start = clock.now(), .end = clock.now()}}},
                   .ct_logs = {},
                   .certificate_authorities = {},
                   .timestamp_authorities = {}};
  LogEntry entry;
};

// Both ends of the log's time are inside: here they are one.
TEST_F(RekorV1Check, TakesTheTimeOfAPromise) {
  const auto verified = verify(BundleVersion::V03);
  EXPECT_EQ(verified->integrated_time(), clock.now());
  EXPECT_EQ(verified->log_name(), kName);
  EXPECT_EQ(verified->log_index(), entry.log_index);
  EXPECT_NE(entry.log_index, entry.proof->log_index);
}

TEST_F(RekorV1Check, TakesNoTimeThatNobodyPromised) {
  entry.inclusion_promise.clear();
  const auto verified = verify(BundleVersion::V03);
  expect_taken(verified);
  EXPECT_FALSE(verified->integrated_time());
  entry.integrated_time = 0;
  entry.inclusion_promise = log.promise(entry);
  EXPECT_FALSE(verify(BundleVersion::V03)->integrated_time());
}

// The index in all shards is signed by the promise alone.
TEST_F(RekorV1Check, BelievesWithoutAPromiseTheIndexOfTheProofAlone) {
  EXPECT_FALSE(verify(BundleVersion::V03)->is_index_within_shard());
  entry.inclusion_promise.clear();
  entry.log_index = 12'345'678;
  const auto verified = verify(BundleVersion::V03);
  expect_taken(verified);
  EXPECT_EQ(verified->log_index(), entry.proof->log_index);
  EXPECT_TRUE(verified->is_index_within_shard());
}

TEST_F(RekorV1Check, WantsAPromiseInVersion01Alone) {
  entry.inclusion_promise.clear();
  expect_taken(verify(BundleVersion::V02));
  const auto verdict = verify(BundleVersion::V01);
  ASSERT_FALSE(verdict);
  expect_refused(verdict, RefusalCode::InclusionPromiseMissing, "bundles of version 0.1 must have");
  EXPECT_THAT(verdict.error().expected, testing::StartsWith("a promise of "));
  EXPECT_EQ(verdict.error().found, "none");
}

TEST_F(RekorV1Check, WantsAProofInEveryOtherVersion) {
  entry.proof.reset();
  expect_taken(verify(BundleVersion::V01));
  expect_refused(verify(BundleVersion::V02), RefusalCode::InclusionProofMissing, "has no inclusion proof");
  expect_refused(verify(BundleVersion::V03), RefusalCode::InclusionProofMissing, "has no inclusion proof");
}

// A proof without a checkpoint is of a tree that nobody signed, whatever else there is.
TEST_F(RekorV1Check, RefusesAProofWithoutCheckpointInEveryVersion) {
  entry.proof->checkpoint.clear();
  for (const auto version : {BundleVersion::V01, BundleVersion::V02, BundleVersion::V03}) {
    expect_refused(verify(version), RefusalCode::CheckpointInvalid);
  }
}

TEST_F(RekorV1Check, RefusesAPromiseOfAnotherEntryTimeOrKey) {
  const LogEntry good = entry;
  entry.inclusion_promise = log.entry(1)->inclusion_promise;
  expect_refusal(RefusalCode::InclusionPromiseInvalid, "is not signed by its key");
  entry = good;
  ++entry.integrated_time;
  expect_refusal(RefusalCode::InclusionPromiseInvalid, "is not signed by its key");
  entry = good;
  entry.inclusion_promise.back() ^= 1U;
  expect_refusal(RefusalCode::InclusionPromiseInvalid, "is not signed by its key");
}

TEST_F(RekorV1Check, RefusesAPromiseBeforeOrAfterTheTimeOfTheLog) {
  for (const int seconds : {-1, 1}) {
    entry.integrated_time = unix_seconds(clock.now()) + seconds;
    entry.inclusion_promise = log.promise(entry);
    expect_refusal(RefusalCode::LogNotValidThen, "not to be trusted when it took the entry");
  }
}

// The same log may stand in the trusted root several times, each with its own span of time.
TEST_F(RekorV1Check, TakesAPromiseOfAnySpanOfTheLog) {
  TransparencyLog later = trusted();
  later.valid_for = {.start = clock.now() + std::chrono::hours(1), .end = {}};
  root.logs.insert(root.logs.begin(), later);
  const auto verified = verify(BundleVersion::V03);
  expect_taken(verified);
  EXPECT_EQ(verified->log_spans().size(), 2U);
}

// The origin of Rekor v1 is "<name> - <tree id>", under the name alone.
TEST_F(RekorV1Check, RefusesACheckpointOfAnotherOrigin) {
  const Checkpoint good = checkpoint();
  for (const char* origin : {kName, "rekor.other.test - 17", "rekor.sandbox.test - x", "rekor.sandbox.test -17"}) {
    Checkpoint other = good;
    other.origin = origin;
    sign_checkpoint(other, kName);
    expect_refusal(RefusalCode::CheckpointInvalid, "origin");
  }
  sign_checkpoint(good, kName);
  expect_taken(verify(BundleVersion::V03));
  sign_checkpoint(good, good.origin);
  expect_refusal(RefusalCode::CheckpointInvalid, "");
}

// A name with a port is the note's name, too: only Rekor v2 leaves the port out.
TEST_F(RekorV1Check, TakesACheckpointUnderANameWithPort) {
  trusted().base_url = "http://" + std::string(kName) + ":8000/";
  Checkpoint other = checkpoint();
  expect_refusal(RefusalCode::CheckpointInvalid, "");
  other.origin = std::string(kName) + ":8000 - 17";
  sign_checkpoint(other, std::string(kName) + ":8000");
  expect_taken(verify(BundleVersion::V03));
}

TEST_F(RekorV1Check, CountsTheProofWithinTheShard) {
  entry.proof->log_index = entry.proof->log_index - 1;
  expect_refusal(RefusalCode::InclusionProofInvalid, "not in the log");
}

TEST_F(RekorV1Check, RefusesAProofOfAnotherTreeThanTheCheckpoints) {
  ++entry.proof->tree_size;
  expect_refusal(RefusalCode::InclusionProofInvalid, "another tree");
}

TEST_F(RekorV1Check, RefusesABodyOfAnotherKindThanTheEntrySays) {
  entry.kind = "dsse";
  expect_refusal(RefusalCode::LogEntryMismatch, "is not dsse");
}

}  // namespace
}  // namespace signet::sigstore
