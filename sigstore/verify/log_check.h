// Step 2: the log entries. Rekor v2: an inclusion proof under a checkpoint that the log signed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sigstore/bundle/bundle.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// An entry that is in a log of the trusted root; only verify_log_entry() makes one.
class VerifiedLogEntry {
 public:
  [[nodiscard]] const std::string& log_name() const { return log_name_; }
  [[nodiscard]] std::int64_t log_index() const { return log_index_; }
  /// What the log committed to; compared with the bundle by content_check.h.
  [[nodiscard]] const HashedRekord& record() const { return record_; }

 private:
  friend Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root);
  VerifiedLogEntry(std::string log_name, std::int64_t log_index, HashedRekord record)
      : log_name_(std::move(log_name)), log_index_(log_index), record_(std::move(record)) {}
  std::string log_name_;
  std::int64_t log_index_;
  HashedRekord record_;
};

/// Finds the entry's log by its id, checks the checkpoint's origin, signature, size and root, and the inclusion proof
/// of the canonical body.
///
/// @error LogUnknown, LogEntryUnsupported, CheckpointInvalid, InclusionProofMissing, InclusionProofInvalid
[[nodiscard]] Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root);

/// All entries must verify: one that does not is no accident.
///
/// @error LogEntryMissing  there is none; and as verify_log_entry()
[[nodiscard]] Verdict<std::vector<VerifiedLogEntry>> verify_log_entries(const std::vector<LogEntry>& entries,
                                                                        const TrustedRoot& root);

}  // namespace signet::sigstore
