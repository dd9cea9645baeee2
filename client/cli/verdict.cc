#include "client/cli/verdict.h"

#include <array>
#include <utility>

#include "client/cli/output.h"
#include "common/display.h"
#include "common/time.h"

namespace signet::cli {
namespace {

using sigstore::Refusal;
using sigstore::RefusalCode;
using sigstore::VerifiedBundle;

constexpr std::string_view kOtherTrust =
    "obtain the trusted root of the instance that it was signed in, if you trust that one";
constexpr std::string_view kSignAgain = "do not use it; ask the signer for a new signature";
constexpr std::string_view kOtherFile = "compare file and bundle: one of them belongs to something else";

std::string signed_rows(const VerifiedBundle& bundle) {
  std::string rows;
  for (const sigstore::VerifiedTime& time : bundle.times()) {
    rows += row("signed", encode_rfc3339(time.time) + ", says " + time.source);
  }
  rows += row("log", bundle.log_name() + ", entry " + std::to_string(bundle.log_index()));
  return rows;
}

std::string statement_rows(const sigstore::Statement& statement, const Attested& attested) {
  const std::size_t count = statement.subjects.size();
  const auto& digests = attested.subject.digests;
  return row("statement", statement.predicate_type) +
         row("subject", quoted_text(attested.subject.name) +
                            (digests.empty() ? "" : " " + encode_digest(digests.front())) +
                            (count == 1 ? "" : ", one of " + std::to_string(count)));
}

json::Object subject_object(const sigstore::StatementSubject& subject) {
  json::Object digests;
  for (const Digest& digest : subject.digests) digests.set(std::string(hash_name(digest.algorithm())), digest.hex());
  return {{"name", subject.name}, {"digest", std::move(digests)}};
}

void set_statement(json::Object& object, const sigstore::Statement& statement, const Attested& attested) {
  json::Array subjects;
  for (const sigstore::StatementSubject& subject : statement.subjects) subjects.emplace_back(subject_object(subject));
  object.set("predicate_type", statement.predicate_type);
  object.set("subject", subject_object(attested.subject));
  object.set("subjects", std::move(subjects));
  object.set("predicate", attested.predicate);
}

json::Array times_array(const VerifiedBundle& bundle) {
  json::Array times;
  for (const sigstore::VerifiedTime& time : bundle.times()) {
    times.emplace_back(json::Object{{"time", encode_rfc3339(time.time)}, {"authority", time.source}});
  }
  return times;
}

}  // namespace

Judged judge(const std::vector<TrustChoice>& choices, const Judge& ask) {
  Judged nearest{.verdict = std::unexpected(Refusal{}), .instance = {}};
  int step = -1;
  for (const TrustChoice& choice : choices) {
    auto verdict = ask(choice);
    if (verdict) return {.verdict = std::move(verdict), .instance = choice.instance};
    const int reached = sigstore::refusal_step(verdict.error().code);
    if (reached <= step) continue;
    step = reached;
    nearest = {.verdict = std::move(verdict), .instance = choice.instance};
  }
  return nearest;
}

std::string_view refusal_remedy(RefusalCode code) {
  switch (code) {
    case RefusalCode::BundleMalformed:
    case RefusalCode::SignatureMalformed:
      return "obtain the signature again: this one is damaged or of another kind";
    case RefusalCode::BundleUnsupported:
    case RefusalCode::LogEntryUnsupported:
      return "use a newer signet, or ask the signer for a bundle v0.3";
    case RefusalCode::PolicyMissing:
      return "say whom you expect: --identity SAN --issuer URL, or [verify] allowed";
    case RefusalCode::KeyMaterialMismatch:
      return "ask the signer for a signature with a certificate";
    case RefusalCode::LogUnknown:
    case RefusalCode::CaUntrusted:
      return kOtherTrust;
    case RefusalCode::LogEntryMissing:
    case RefusalCode::InclusionProofMissing:
    case RefusalCode::InclusionPromiseMissing:
    case RefusalCode::NoTrustedTime:
    case RefusalCode::SctMissing:
      return "ask the signer for a complete signature: evidence is missing";
    case RefusalCode::IdentityMismatch:
    case RefusalCode::IssuerMismatch:
    case RefusalCode::ClaimMismatch:
      return "if you expect this signer, name it: --identity SAN --issuer URL, or [verify] allowed";
    case RefusalCode::PredicateTypeMismatch:
      return "if this attestation is what you want to know, name its type with --type; else look for the other bundle";
    case RefusalCode::ArtifactMismatch:
    case RefusalCode::StatementInvalid:
    case RefusalCode::GitObjectMismatch:
    case RefusalCode::LogEntryMismatch:
      return kOtherFile;
    case RefusalCode::InclusionPromiseInvalid:
    case RefusalCode::LogNotValidThen:
    case RefusalCode::CheckpointInvalid:
    case RefusalCode::InclusionProofInvalid:
    case RefusalCode::TimestampInvalid:
    case RefusalCode::CertificateInvalid:
    case RefusalCode::CertificateNotValidThen:
    case RefusalCode::SctInvalid:
    case RefusalCode::CertificateUnsuitable:
    case RefusalCode::AlgorithmUnsuitable:
    case RefusalCode::SignatureInvalid:
      return kSignAgain;
  }
  return kSignAgain;
}

std::string verdict_text(std::string_view name, const Judged& judged) {
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    return "verified: " + display_text(name) + "\n" + row("identity", bundle.san()) + row("issuer", bundle.issuer()) +
           signed_rows(bundle) + (judged.attested ? statement_rows(*bundle.statement(), *judged.attested) : "") +
           row("instance", judged.instance);
  }
  const Refusal& refusal = judged.verdict.error();
  return "refused: " + display_text(name) + "\n" +
         row("code",
             std::string(refusal_name(refusal.code)) + " (step " + std::to_string(refusal_step(refusal.code)) + ")") +
         row("what", refusal.what) + row("expected", refusal.expected) + row("found", refusal.found) +
         row("instance", judged.instance) + row("next", refusal_remedy(refusal.code));
}

json::Object verdict_object(std::string_view name, const Judged& judged) {
  json::Object object;
  set_name(object, "name", name);
  object.set("verified", judged.verdict.has_value());
  object.set("instance", judged.instance);
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    object.set("identity", bundle.san());
    object.set("issuer", bundle.issuer());
    object.set("times", times_array(bundle));
    object.set("log", bundle.log_name());
    object.set("log_index", bundle.log_index());
    if (judged.attested) set_statement(object, *bundle.statement(), *judged.attested);
    return object;
  }
  const Refusal& refusal = judged.verdict.error();
  object.set("refusal", refusal_name(refusal.code));
  object.set("step", refusal_step(refusal.code));
  object.set("what", refusal.what);
  if (!refusal.expected.empty()) object.set("expected", refusal.expected);
  if (!refusal.found.empty()) object.set("found", refusal.found);
  object.set("remedy", refusal_remedy(refusal.code));
  return object;
}

}  // namespace signet::cli
