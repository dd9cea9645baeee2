// Step 2: the log entries. Rekor v1: the log's signed promise, an inclusion proof under a checkpoint that it signed, or
// both. Rekor v2: the proof.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/time.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/report.h"

namespace signet::sigstore {

/// An entry that is in a log of the trusted root; only verify_log_entry() makes one.
class VerifiedLogEntry {
 public:
  [[nodiscard]] const std::string& log_name() const { return log_name_; }
  /// Rekor v2: the place in the log. Rekor v1: behind a promise that verifies the place in all shards together, and
  /// else the one in its shard, which alone is proven then.
  [[nodiscard]] std::int64_t log_index() const { return log_index_; }
  [[nodiscard]] bool is_index_within_shard() const { return is_index_within_shard_; }
  /// What the log committed to; compared with the bundle by record_check.h.
  [[nodiscard]] const LogBody& record() const { return record_; }
  /// When the log took it, by its own signed word (Rekor v1); within the time of the log.
  [[nodiscard]] const std::optional<WallTime>& integrated_time() const { return integrated_time_; }
  /// Under what the log counts towards a threshold.
  [[nodiscard]] const std::string& counted_as() const { return counted_as_; }
  /// When the log is to be trusted; at least one.
  [[nodiscard]] const std::vector<TimeRange>& log_spans() const { return log_spans_; }
  /// Rekor v1 takes no entry before it began. An entry of Rekor v2 may be older than its log, which it waited for.
  [[nodiscard]] bool is_of_rekor_v2() const { return std::holds_alternative<HashedRekord>(record_); }

 private:
  friend class LogEntryCheck;
  VerifiedLogEntry(const LogEntry& entry, const TransparencyLog& log, LogBody record)
      : log_name_(log.name()), log_index_(entry.log_index), record_(std::move(record)), counted_as_(log.counted_as()) {}
  std::string log_name_;
  std::int64_t log_index_;
  bool is_index_within_shard_ = false;
  LogBody record_;
  std::optional<WallTime> integrated_time_;
  std::string counted_as_;
  std::vector<TimeRange> log_spans_;
};

/// Finds the entry's log by its id and checks what the entry has: the promise, under the log's key and within its time;
/// the checkpoint's origin, signature, size and root, and the inclusion proof of the canonical body.
///
/// @param version  0.1 demands a promise, every other a proof; an entry of Rekor v2 needs a proof, and a promise or a
///                 time that it carries is not looked at
/// @error LogUnknown, LogEntryUnsupported, InclusionPromiseMissing, InclusionPromiseInvalid, LogNotValidThen,
///        InclusionProofMissing, CheckpointInvalid, InclusionProofInvalid
[[nodiscard]] Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root,
                                                         BundleVersion version, Findings& findings);
/// The same for an entry that came straight from a log, which has a proof.
[[nodiscard]] Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root);

/// An entry of a log that the trusted root does not have counts for nothing; every other must verify: one that does not
/// is no accident.
///
/// @error LogEntryMissing  there is no entry
/// @error LogUnknown       all entries are of unknown logs; and as verify_log_entry()
[[nodiscard]] Verdict<std::vector<VerifiedLogEntry>> verify_log_entries(const std::vector<LogEntry>& entries,
                                                                        const TrustedRoot& root, BundleVersion version,
                                                                        Findings& findings);

}  // namespace signet::sigstore
