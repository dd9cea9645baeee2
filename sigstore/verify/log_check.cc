#include "sigstore/verify/log_check.h"

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/tlog/entry_promise.h"

namespace signet::sigstore {

namespace {

std::string tree_text(std::uint64_t size, const RootHash& root) {
  return std::to_string(size) + " entries, root " + encode_hex(root.value);
}

// Who says to have signed, and of what origin; nothing where it is no checkpoint.
std::string signers_of(std::string_view checkpoint) {
  const auto note = parse_signed_note(checkpoint);
  if (!note) return {};
  std::string text = "origin " + note->text.substr(0, note->text.find('\n'));
  for (const NoteSignature& each : note->signatures) {
    text += ", signed by " + each.name + " with the key " + encode_hex(each.key_id);
  }
  return text;
}

}  // namespace

// One entry of one log. The same log may stand in the trusted root several times, each with its own span of time.
class LogEntryCheck {
 public:
  LogEntryCheck(const LogEntry& entry, const TrustedRoot& root, BundleVersion version, Findings& findings)
      : entry_(entry), version_(version), findings_(findings) {
    for (const TransparencyLog& log : root.logs) {
      if (log.log_id == entry.log_id) logs_.push_back(&log);
    }
  }

  Verdict<VerifiedLogEntry> run() {
    if (logs_.empty()) {
      return refused(RefusalCode::LogUnknown, "the entry is in a log that the trusted root does not have", {},
                     encode_hex(entry_.log_id));
    }
    if (!is_known_log_body(entry_.kind, entry_.version)) {
      return refuse(CheckName::Log, RefusalCode::LogEntryUnsupported,
                    "a log entry of a kind that this verifier does not read", "hashedrekord, dsse or intoto",
                    entry_.kind + " " + entry_.version);
    }
    findings_.pass(CheckName::Log, log().name() + place());
    for (const auto check : {&LogEntryCheck::check_promise, &LogEntryCheck::check_proof}) {
      if (auto passed = (this->*check)(); !passed) return refused(std::move(passed.error()));
    }
    auto record = parse_log_body(entry_.kind, entry_.version, entry_.canonicalized_body);
    if (!record) {
      return refuse(CheckName::LogRecord, RefusalCode::LogEntryMismatch, record.error().what,
                    "a body of kind " + entry_.kind + " " + entry_.version);
    }
    VerifiedLogEntry verified(entry_, log(), std::move(*record));
    verified.integrated_time_ = integrated_time_;
    for (const TransparencyLog* each : logs_) verified.log_spans_.push_back(each->valid_for);
    if (is_proven_within_shard()) {
      verified.log_index_ = entry_.proof->log_index;
      verified.is_index_within_shard_ = true;
    }
    return verified;
  }

 private:
  [[nodiscard]] const TransparencyLog& log() const { return *logs_.front(); }

  // Rekor v1: the index in all shards is the promise's word, and nobody's without one.
  [[nodiscard]] bool is_proven_within_shard() const {
    return !is_of_rekor_v2() && entry_.inclusion_promise.empty() && entry_.proof.has_value();
  }

  [[nodiscard]] std::string place() const {
    if (is_proven_within_shard()) return ", entry " + std::to_string(entry_.proof->log_index) + " of its shard";
    return ", entry " + std::to_string(entry_.log_index);
  }

  // Tiles and no promise: everything that is not of Rekor v1.
  [[nodiscard]] bool is_of_rekor_v2() const { return entry_.kind == "hashedrekord" && entry_.version == "0.0.2"; }

  std::unexpected<Refusal> refuse(CheckName check, RefusalCode code, std::string what, std::string expected = {},
                                  std::string found = {}) {
    return findings_.refuse(
        check, {.code = code, .what = std::move(what), .expected = std::move(expected), .found = std::move(found)});
  }

  Verdict<void> check_promise() {
    constexpr auto kCheck = CheckName::InclusionPromise;
    if (is_of_rekor_v2()) {
      findings_.skip(kCheck, entry_.inclusion_promise.empty() ? "Rekor v2 makes none"
                                                              : "not looked at, because Rekor v2 makes none");
      return {};
    }
    if (entry_.inclusion_promise.empty()) {
      if (version_ == BundleVersion::V01) {
        return refuse(kCheck, RefusalCode::InclusionPromiseMissing,
                      "the log entry has no inclusion promise, which bundles of version 0.1 must have",
                      "a promise of " + log().name(), "none");
      }
      findings_.skip(kCheck, "there is none");
      return {};
    }
    if (const auto kept = verify_entry_promise(entry_, log().key); !kept) {
      return refuse(kCheck, RefusalCode::InclusionPromiseInvalid, kept.error().what,
                    "a signature of " + log().name() + " over this entry");
    }
    return take_integrated_time();
  }

  // Behind a promise that verifies, and there alone, the time is the log's word.
  Verdict<void> take_integrated_time() {
    if (entry_.integrated_time == 0) {
      findings_.pass(CheckName::InclusionPromise, "signed by the log, without a time");
      return {};
    }
    const WallTime time = wall_time_from_unix(entry_.integrated_time);
    const auto holds = [time](const TransparencyLog* each) { return each->valid_for.contains(time); };
    if (std::ranges::none_of(logs_, holds)) {
      return refuse(CheckName::InclusionPromise, RefusalCode::LogNotValidThen,
                    "the log was not to be trusted when it took the entry", describe(log().valid_for),
                    encode_rfc3339(time));
    }
    findings_.pass(CheckName::InclusionPromise, "signed by the log at " + encode_rfc3339(time));
    integrated_time_ = time;
    return {};
  }

  Verdict<void> check_proof() {
    if (entry_.proof) {
      const auto checkpoint = check_checkpoint(*entry_.proof);
      if (!checkpoint) return refused(checkpoint.error());
      return check_inclusion(*entry_.proof, *checkpoint);
    }
    if (is_of_rekor_v2() || version_ != BundleVersion::V01) {
      return refuse(CheckName::InclusionProof, RefusalCode::InclusionProofMissing,
                    "the log entry has no inclusion proof", "a proof, with a checkpoint of " + log().name(), "none");
    }
    findings_.skip(CheckName::Checkpoint, "there is none");
    findings_.skip(CheckName::InclusionProof, "there is none");
    return {};
  }

  // Rekor v2: the origin is the log's name. Rekor v1: "<name> - <tree id>" under the name alone.
  Verdict<Checkpoint> check_checkpoint(const InclusionProof& proof) {
    NoteVerifier verifier = log().note_verifier();
    if (!is_of_rekor_v2()) verifier.name = log().name_with_port();
    auto checkpoint = verify_checkpoint(proof.checkpoint, verifier, verifier.name);
    if (!checkpoint) {
      return refuse(CheckName::Checkpoint, RefusalCode::CheckpointInvalid, checkpoint.error().what,
                    "a checkpoint of " + verifier.name + ", signed by its key " + encode_hex(verifier.key_id),
                    signers_of(proof.checkpoint));
    }
    const bool has_tree_id = checkpoint->origin != verifier.name;
    if (has_tree_id == is_of_rekor_v2()) {
      return refuse(CheckName::Checkpoint, RefusalCode::CheckpointInvalid,
                    "the checkpoint has another origin than its log",
                    verifier.name + (has_tree_id ? "" : " - and the id of a tree"), checkpoint->origin);
    }
    findings_.pass(CheckName::Checkpoint, checkpoint->origin + ", " + std::to_string(checkpoint->size) + " entries");
    return std::move(*checkpoint);
  }

  // The checkpoint is what the log signed: size and root come from it, and the proof must say the same. Rekor v1's
  // proofs count within a shard, its entries across all.
  Verdict<void> check_inclusion(const InclusionProof& proof, const Checkpoint& checkpoint) {
    constexpr auto kCheck = CheckName::InclusionProof;
    constexpr auto kCode = RefusalCode::InclusionProofInvalid;
    if (is_of_rekor_v2() && proof.log_index != entry_.log_index) {
      return refuse(kCheck, kCode, "the inclusion proof is of another entry", std::to_string(entry_.log_index),
                    std::to_string(proof.log_index));
    }
    if (static_cast<std::uint64_t>(proof.tree_size) != checkpoint.size || proof.root != checkpoint.root) {
      return refuse(kCheck, kCode, "the inclusion proof is of another tree than the checkpoint",
                    tree_text(checkpoint.size, checkpoint.root),
                    tree_text(static_cast<std::uint64_t>(proof.tree_size), proof.root));
    }
    const auto included = verify_inclusion(static_cast<std::uint64_t>(proof.log_index), checkpoint.size,
                                           hash_leaf(entry_.canonicalized_body), proof.hashes, checkpoint.root);
    if (!included) return refuse(kCheck, kCode, "the entry is not in the log: " + included.error().what);
    findings_.pass(kCheck, "entry " + std::to_string(proof.log_index) + " of " + std::to_string(checkpoint.size));
    return {};
  }

  const LogEntry& entry_;
  BundleVersion version_;
  Findings& findings_;
  std::vector<const TransparencyLog*> logs_;
  std::optional<WallTime> integrated_time_;
};

Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root, BundleVersion version,
                                           Findings& findings) {
  return LogEntryCheck(entry, root, version, findings).run();
}

Verdict<VerifiedLogEntry> verify_log_entry(const LogEntry& entry, const TrustedRoot& root) {
  Findings findings;
  return verify_log_entry(entry, root, BundleVersion::V03, findings);
}

Verdict<std::vector<VerifiedLogEntry>> verify_log_entries(const std::vector<LogEntry>& entries, const TrustedRoot& root,
                                                          BundleVersion version, Findings& findings) {
  if (entries.empty()) {
    return findings.refuse(CheckName::Log,
                           {.code = RefusalCode::LogEntryMissing, .what = "the signature is in no log"});
  }
  std::vector<VerifiedLogEntry> verified;
  std::optional<Refusal> unknown;
  for (const LogEntry& entry : entries) {
    auto one = verify_log_entry(entry, root, version, findings);
    if (one) {
      verified.push_back(std::move(*one));
    } else if (one.error().code == RefusalCode::LogUnknown) {
      findings.skip(CheckName::Log, one.error().what + ", " + one.error().found);
      unknown = std::move(one.error());
    } else {
      return refused(std::move(one.error()));
    }
  }
  if (!verified.empty()) return verified;
  return findings.refuse(CheckName::Log, std::move(*unknown));
}

}  // namespace signet::sigstore
