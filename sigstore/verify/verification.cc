#include "sigstore/verify/verification.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "sigstore/encoding/hash.h"
#include "sigstore/verify/record_check.h"
#include "sigstore/verify/sct.h"
#include "sigstore/verify/signature_check.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kBareKey = "a bare key has none";

std::string fingerprint_of(const PublicKey& key) { return std::string(key_kind_name(key.kind())) + ", " + key.pin(); }

std::string content_of(const Bundle& bundle) {
  return bundle.media_type +
         (std::holds_alternative<DsseEnvelope>(bundle.content) ? ", an envelope" : ", a message signature");
}

std::string count_of(std::size_t count, unsigned threshold) {
  return std::to_string(count) + ", " + std::to_string(threshold) + " demanded";
}

Refusal too_few(RefusalCode code, std::string what, unsigned threshold, std::size_t count) {
  return {.code = code,
          .what = std::move(what),
          .expected = "at least " + std::to_string(threshold),
          .found = std::to_string(count)};
}

std::string describe_all(const std::vector<TimeRange>& spans) {
  std::string text;
  for (const TimeRange& span : spans) text += (text.empty() ? "" : ", or ") + describe(span);
  return text;
}

// Rekor v1.
Verdict<void> check_log_span(const VerifiedLogEntry& entry, WallTime time) {
  const auto& spans = entry.log_spans();
  if (std::ranges::any_of(spans, [time](const TimeRange& span) { return span.contains(time); })) return {};
  return refused(RefusalCode::LogNotValidThen, "the log was not to be trusted when the signature was made",
                 describe_all(spans), encode_rfc3339(time));
}

// Rekor v2, and a certificate that lived for minutes: its signature was logged about when it was stamped, and after a
// log's end who signs for it is not the log. It may well begin after a signature that waited to be logged.
Verdict<void> check_log_end(const VerifiedLogEntry& entry, WallTime time) {
  const auto& spans = entry.log_spans();
  const auto is_before_end = [time](const TimeRange& span) { return !span.end || time <= *span.end; };
  if (std::ranges::any_of(spans, is_before_end)) return {};
  return refused(RefusalCode::LogNotValidThen, "the signature was made after the end of its log", describe_all(spans),
                 encode_rfc3339(time));
}

}  // namespace

Verification::Verification(const Bundle& bundle, const TrustedRoot& root, const IdentityPolicy& policy,
                           ContentCheck content, ContentTurn turn)
    : bundle_(bundle),
      root_(root),
      policy_(policy),
      is_expected_content_(std::move(content)),
      turn_(turn),
      content_(bundle),
      findings_(turn == ContentTurn::First ? git_order() : bundle_order()) {}

Examination Verification::examine() {
  findings_.pass(CheckName::Bundle, content_of(bundle_));
  auto passed = run_steps();
  auto checks = std::move(findings_).finish();
  if (!passed) return {.checks = std::move(checks), .verdict = refused(std::move(passed.error()))};
  return {.checks = std::move(checks), .verdict = report()};  // 9
}

std::span<const Verification::Step> Verification::steps() const {
  static constexpr Step kOfBundles[] = {
      &Verification::read_key_material,   // 1
      &Verification::check_log_entries,   // 2
      &Verification::check_times,         // 3
      &Verification::check_chain,         // 4
      &Verification::check_scts,          // 5
      &Verification::check_leaf_profile,  // 6
      &Verification::check_expectation,   // 7
      &Verification::check_hash,          // 8
      &Verification::check_content,       // 8
  };
  // What a hash is worth is a question of trust, and the entries' hashes are among those that are judged.
  static constexpr Step kOfGit[] = {
      &Verification::read_key_material,  &Verification::check_content,     &Verification::check_log_entries,
      &Verification::check_times,        &Verification::check_chain,       &Verification::check_scts,
      &Verification::check_leaf_profile, &Verification::check_expectation, &Verification::check_hash,
  };
  if (turn_ == ContentTurn::First) return kOfGit;
  return kOfBundles;
}

Verdict<void> Verification::run_steps() {
  for (const Step step : steps()) {
    if (auto passed = (this->*step)(); !passed) return passed;
  }
  return {};
}

Verdict<void> Verification::read_key_material() {
  constexpr auto kCode = RefusalCode::KeyMaterialMismatch;
  const bool is_bare = bundle_.certificate.empty();
  if (is_bare && !expects_key()) {
    return findings_.refuse(CheckName::KeyMaterial, {.code = kCode,
                                                     .what = "an identity is expected, and the bundle has a bare key",
                                                     .expected = "a certificate",
                                                     .found = "a bare key"});
  }
  if (!is_bare && expects_key()) {
    return findings_.refuse(CheckName::KeyMaterial, {.code = kCode,
                                                     .what = "a key is expected, and the bundle has a certificate",
                                                     .expected = "a bare key, " + fingerprint_of(*policy_.key()),
                                                     .found = "a certificate"});
  }
  if (!is_bare) return read_certificate();
  signer_ = Signer{.certificate = std::nullopt, .key = *policy_.key()};
  findings_.pass(CheckName::KeyMaterial, "the expected key, " + fingerprint_of(signer_->key));
  return {};
}

Verdict<void> Verification::read_certificate() {
  auto certificate = Certificate::from_der(bundle_.certificate);
  if (!certificate) {
    return findings_.refuse(CheckName::KeyMaterial,
                            {.code = RefusalCode::CertificateInvalid, .what = certificate.error().what});
  }
  const PublicKey key = certificate->public_key();
  signer_ = Signer{.certificate = std::move(*certificate), .key = key};
  findings_.pass(CheckName::KeyMaterial, "a certificate for the key " + fingerprint_of(key));
  return {};
}

Verdict<void> Verification::check_log_entries() {
  const unsigned threshold = policy_.thresholds().logs;
  if (threshold == 0 && bundle_.entries.empty()) {
    findings_.skip(CheckName::LogCount, "no log is demanded");
    return {};
  }
  auto entries = verify_log_entries(bundle_.entries, root_, bundle_.version, findings_);
  if (!entries) return refused(std::move(entries.error()));
  entries_ = std::move(*entries);
  std::set<std::string> logs;
  for (const VerifiedLogEntry& entry : entries_) {
    auto ours = check_record(entry.record(), bundle_, *signer_, content_);
    if (!ours) return findings_.refuse(CheckName::LogRecord, std::move(ours.error()));
    findings_.pass(CheckName::LogRecord, "of this signature, by this key");
    logs.insert(entry.counted_as());
  }
  if (logs.size() < threshold) {
    return findings_.refuse(CheckName::LogCount, too_few(RefusalCode::LogEntryMissing,
                                                         "the signature is in too few logs", threshold, logs.size()));
  }
  findings_.pass(CheckName::LogCount, count_of(logs.size(), threshold));
  return {};
}

// Rekor v1 signs a time, Rekor v2 does not: there timestamps are the only source.
Verdict<void> Verification::check_times() {
  auto timestamps = verify_timestamps(bundle_.timestamps, bundle_.signature(), root_, findings_);
  if (!timestamps) return refused(std::move(timestamps.error()));
  std::set<std::string> sources;
  for (VerifiedTimestamp& each : *timestamps) {
    sources.insert(std::move(each.counted_as));
    times_.push_back({.time = each.time, .source = std::move(each.authority)});
  }
  for (const VerifiedLogEntry& entry : entries_) {
    if (!entry.integrated_time()) continue;
    findings_.pass(CheckName::LogTime, encode_rfc3339(*entry.integrated_time()) + ", says " + entry.log_name());
    sources.insert(entry.counted_as());
    times_.push_back({.time = *entry.integrated_time(), .source = entry.log_name(), .is_log = true});
  }
  const unsigned threshold = policy_.thresholds().times;
  if (sources.empty() && threshold > 0 && !bundle_.timestamps.empty()) {
    return findings_.refuse(CheckName::TimeCount, unknown_authority(root_, bundle_.timestamps.size()));
  }
  if (sources.size() < threshold) {
    return findings_.refuse(
        CheckName::TimeCount,
        too_few(RefusalCode::NoTrustedTime,
                sources.empty() ? "nothing proves when the signature was made: there is no timestamp"
                                : "too few sources prove when the signature was made",
                threshold, sources.size()));
  }
  findings_.pass(CheckName::TimeCount, count_of(sources.size(), threshold));
  return check_log_times();
}

// A log's own time was compared in step 2. An entry without one is held against every other: whoever leaves out a
// promise must not get a retired log's word taken.
Verdict<void> Verification::check_log_times() {
  for (const VerifiedLogEntry& entry : entries_) {
    if (entry.integrated_time()) continue;
    for (const VerifiedTime& time : times_) {
      // A bare key lives on, and may be stamped again after the end of a log of Rekor v2.
      if (entry.is_of_rekor_v2() && expects_key()) continue;
      auto held = entry.is_of_rekor_v2() ? check_log_end(entry, time.time) : check_log_span(entry, time.time);
      if (!held) return findings_.refuse(CheckName::LogTime, std::move(held.error()));
    }
  }
  return {};
}

Verdict<void> Verification::check_chain() {
  if (expects_key()) {
    findings_.skip(CheckName::Chain, std::string(kBareKey));
    return {};
  }
  std::vector<WallTime> times;
  times.reserve(times_.size());
  for (const VerifiedTime& each : times_) times.push_back(each.time);
  auto chain = verify_chain(*signer_->certificate, root_, times);
  if (!chain) return findings_.refuse(CheckName::Chain, std::move(chain.error()));
  findings_.pass(CheckName::Chain, "issued under " + chain->authority());
  chain_ = std::move(*chain);
  return {};
}

Verdict<void> Verification::check_scts() {
  const unsigned threshold = policy_.thresholds().scts;
  if (expects_key() || threshold == 0) {
    findings_.skip(CheckName::Scts, expects_key() ? std::string(kBareKey) : "no CT log is demanded");
    return {};
  }
  auto scts = verify_scts(*signer_->certificate, chain_->issuer(), root_, threshold);
  if (!scts) return findings_.refuse(CheckName::Scts, std::move(scts.error()));
  std::string detail;
  for (const VerifiedSct& sct : *scts) {
    detail += (detail.empty() ? "" : "; ") + encode_rfc3339(sct.time) + ", says " + sct.log;
  }
  findings_.pass(CheckName::Scts, std::move(detail));
  return {};
}

Verdict<void> Verification::check_leaf_profile() {
  if (expects_key()) {
    findings_.skip(CheckName::LeafProfile, std::string(kBareKey));
    return {};
  }
  auto identity = verify_leaf_profile(*signer_->certificate);
  if (!identity) return findings_.refuse(CheckName::LeafProfile, std::move(identity.error()));
  identity_ = std::move(*identity);
  findings_.pass(CheckName::LeafProfile,
                 "for code signing, by the " + std::string(san_kind_name(identity_.san_kind)) + " " + identity_.san);
  return {};
}

Verdict<void> Verification::check_expectation() {
  if (expects_key() || policy_.expects_nobody()) {
    findings_.skip(CheckName::Identity, expects_key() ? "a key is expected" : "nobody in particular is expected");
    return {};
  }
  auto expected = check_identity(policy_, identity_);
  if (!expected) return findings_.refuse(CheckName::Identity, std::move(expected.error()));
  findings_.pass(CheckName::Identity, identity_.san + ", says " + identity_.issuer);
  return {};
}

Verdict<void> Verification::check_hash() {
  if (auto good = check_algorithm(bundle_, *signer_, records()); !good) {
    return findings_.refuse(CheckName::Algorithm, std::move(good.error()));
  }
  findings_.pass(CheckName::Algorithm, std::string(key_kind_name(signer_->key.kind())));
  return {};
}

// Nothing of the content is looked at before its signature is known to be good.
Verdict<void> Verification::check_content() {
  if (auto good = check_signature(bundle_, *signer_, records(), content_); !good) {
    return findings_.refuse(CheckName::Signature, std::move(good.error()));
  }
  findings_.pass(CheckName::Signature, "by this key over this content");
  auto statement = is_expected_content_();
  if (!statement) return findings_.refuse(CheckName::Artifact, std::move(statement.error()));
  statement_ = std::move(*statement);
  findings_.pass(CheckName::Artifact, statement_ ? "a statement of type " + statement_->predicate_type
                                                 : encode_digest(content_.digest(default_hash(signer_->key.kind()))));
  return {};
}

std::vector<const LogBody*> Verification::records() const {
  std::vector<const LogBody*> all;
  all.reserve(entries_.size());
  for (const VerifiedLogEntry& entry : entries_) all.push_back(&entry.record());
  return all;
}

VerifiedBundle Verification::report() {
  VerifiedBundle verified;
  verified.identity_ = std::move(identity_);
  verified.key_ = signer_->key;
  verified.certificate_ = std::move(signer_->certificate);
  verified.times_ = std::move(times_);
  for (const VerifiedLogEntry& entry : entries_) {
    verified.logs_.push_back(
        {.log = entry.log_name(), .index = entry.log_index(), .is_index_within_shard = entry.is_index_within_shard()});
  }
  verified.statement_ = std::move(statement_);
  verified.identity_was_expected_ = !policy_.expects_nobody();
  return verified;
}

}  // namespace signet::sigstore
