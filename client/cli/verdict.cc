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
  if (bundle.statement()) rows += row("statement", bundle.statement()->predicate_type);
  return rows;
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
    case RefusalCode::NoTrustedTime:
    case RefusalCode::SctMissing:
      return "ask the signer for a complete signature: evidence is missing";
    case RefusalCode::IdentityMismatch:
    case RefusalCode::IssuerMismatch:
      return "if you expect this signer, name it: --identity SAN --issuer URL, or [verify] allowed";
    case RefusalCode::ArtifactMismatch:
    case RefusalCode::StatementInvalid:
    case RefusalCode::GitObjectMismatch:
    case RefusalCode::LogEntryMismatch:
      return kOtherFile;
    case RefusalCode::CheckpointInvalid:
    case RefusalCode::InclusionProofInvalid:
    case RefusalCode::TimestampInvalid:
    case RefusalCode::CertificateInvalid:
    case RefusalCode::CertificateNotValidThen:
    case RefusalCode::SctInvalid:
    case RefusalCode::CertificateUnsuitable:
    case RefusalCode::SignatureInvalid:
      return kSignAgain;
  }
  return kSignAgain;
}

std::string verdict_text(std::string_view name, const Judged& judged) {
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    return "verified: " + display_text(name) + "\n" + row("identity", bundle.san()) + row("issuer", bundle.issuer()) +
           signed_rows(bundle) + row("instance", judged.instance);
  }
  const Refusal& refusal = judged.verdict.error();
  return "refused: " + display_text(name) + "\n" +
         row("code",
             std::string(refusal_name(refusal.code)) + " (step " + std::to_string(refusal_step(refusal.code)) + ")") +
         row("what", refusal.what) + row("expected", refusal.expected) + row("found", refusal.found) +
         row("instance", judged.instance) + row("next", refusal_remedy(refusal.code));
}

json::Object verdict_object(std::string_view name, const Judged& judged) {
  json::Object object{{"name", name}, {"verified", judged.verdict.has_value()}, {"instance", judged.instance}};
  if (judged.verdict) {
    const VerifiedBundle& bundle = *judged.verdict;
    object.set("identity", bundle.san());
    object.set("issuer", bundle.issuer());
    object.set("times", times_array(bundle));
    object.set("log", bundle.log_name());
    object.set("log_index", bundle.log_index());
    if (bundle.statement()) object.set("predicate_type", bundle.statement()->predicate_type);
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
