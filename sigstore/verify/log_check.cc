#include "sigstore/verify/log_check.h"

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "sigstore/tlog/checkpoint.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kKind = "hashedrekord";
constexpr std::string_view kVersion = "0.0.2";

// The checkpoint is what the log signed: size and root come from it, and the proof must say the same.
Verdict<void> check_proof(const LogEntry& entry, const InclusionProof& proof, const TransparencyLog& log) {
  const auto checkpoint = verify_checkpoint(proof.checkpoint, log.note_verifier(), log.name());
  if (!checkpoint) return refused(RefusalCode::CheckpointInvalid, checkpoint.error().what);
  if (checkpoint->origin != log.name()) {
    return refused(RefusalCode::CheckpointInvalid, "the checkpoint has another origin than its log", log.name(),
                   checkpoint->origin);
  }
  if (proof.log_index != entry.log_index) {
    return refused(RefusalCode::InclusionProofInvalid, "the inclusion proof is of another entry",
                   std::to_string(entry.log_index), std::to_string(proof.log_index));
  }
  if (static_cast<std::uint64_t>(proof.tree_size) != checkpoint->size || proof.root != checkpoint->root) {
    return refused(RefusalCode::InclusionProofInvalid, "the inclusion proof is of another tree than the checkpoint");
  }
  const auto included = verify_inclusion(static_cast<std::uint64_t>(entry.log_index), checkpoint->size,
                                         hash_leaf(entry.canonicalized_body), proof.hashes, checkpoint->root);
  if (!included) {
    return refused(RefusalCode::InclusionProofInvalid, "the entry is not in the log: " + included.error().what);
  }
  return {};
}

}  // namespace

Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root) {
  const auto log = std::ranges::find(root.logs, entry.log_id, &TransparencyLog::log_id);
  if (log == root.logs.end()) {
    return refused(RefusalCode::LogUnknown, "the entry is in a log that the trusted root does not have", {},
                   encode_hex(entry.log_id));
  }
  if (entry.kind != kKind || entry.version != kVersion) {
    return refused(RefusalCode::LogEntryUnsupported, "a log entry of a kind that this verifier does not read",
                   std::string(kKind) + " " + std::string(kVersion), entry.kind + " " + entry.version);
  }
  if (!entry.proof) return refused(RefusalCode::InclusionProofMissing, "the log entry has no inclusion proof");
  if (auto proven = check_proof(entry, *entry.proof, *log); !proven) return refused(std::move(proven.error()));
  auto record = parse_hashedrekord_v2(entry.canonicalized_body);
  if (!record) return refused(RefusalCode::LogEntryUnsupported, record.error().what);
  return VerifiedLogEntry(log->name(), entry.log_index, std::move(*record));
}

Verdict<std::vector<VerifiedLogEntry>> verify_log_entries(const std::vector<LogEntry>& entries,
                                                          const TrustedRoot& root) {
  if (entries.empty()) return refused(RefusalCode::LogEntryMissing, "the signature is in no log");
  std::vector<VerifiedLogEntry> verified;
  for (const LogEntry& entry : entries) {
    auto one = verify_log_entry(entry, root);
    if (!one) return refused(std::move(one.error()));
    verified.push_back(std::move(*one));
  }
  return verified;
}

}  // namespace signet::sigstore
