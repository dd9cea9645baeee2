// What the verifier says of a git object's signature and of the bundles beside it (git_evidence.h).
#include <algorithm>
#include <utility>

#include "client/cli/git_evidence.h"
#include "client/cli/git_notes.h"
#include "common/display.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/commit_statement.h"
#include "sigstore/git/evidence_note.h"
#include "sigstore/verify/content_check.h"
#include "ssh/key.h"
#include "ssh/sshsig.h"

namespace signet::cli {
namespace {

using sigstore::GitSignatureKind;
using sigstore::Refusal;
using sigstore::RefusalCode;

// A verdict without a verification: there was nothing to verify.
Judged refuse_before(Refusal refusal) {
  sigstore::Findings findings;
  sigstore::Verdict<sigstore::VerifiedBundle> verdict =
      findings.refuse(sigstore::CheckName::Bundle, std::move(refusal));
  return {.verdict = std::move(verdict), .checks = std::move(findings).finish(), .instance = {}};
}

// A CA's word or a log's that is missing may lie beside; what says something else than the object may not be healed.
bool is_contradiction(RefusalCode code) {
  return code == RefusalCode::SignatureMalformed || code == RefusalCode::GitObjectMismatch ||
         code == RefusalCode::SignatureInvalid;
}

std::optional<Refusal> contradiction_of_ssh(const GitEvidence& evidence) {
  if (evidence.unread()) return std::nullopt;
  const auto signature = ssh::parse_sshsig_file(evidence.parts->signature);
  if (!signature) return Refusal{.code = RefusalCode::SignatureMalformed, .what = signature.error().what};
  const auto good = ssh::verify_sshsig(*signature, ssh::kGitNamespace, ByteView(evidence.parts->payload));
  if (!good) return Refusal{.code = RefusalCode::SignatureInvalid, .what = good.error().what};
  return std::nullopt;
}

std::optional<Refusal> contradiction_of_x509(const GitEvidence& evidence) {
  const auto cms = sigstore::parse_git_cms(evidence.parts->signature);
  if (!cms) return Refusal{.code = RefusalCode::SignatureMalformed, .what = cms.error().what};
  auto checked = sigstore::check_git_signature(*cms, evidence.parts->payload);
  if (!checked) return std::move(checked.error());
  return std::nullopt;
}

Refusal nothing_vouches(const GitEvidence& evidence) {
  std::string what = evidence.object.type + " has no signature";
  if (const auto unread = evidence.unread()) {
    what = "its signature is of a kind that signet does not read: " + *unread;
  } else if (evidence.kind == GitSignatureKind::Ssh) {
    what = "an SSH signature says by which key, and not who holds it";
  }
  return {
      .code = RefusalCode::SignatureMissing,
      .what = std::move(what) + ", and no evidence lies beside it",
      .expected = "an x509 signature or evidence in " + std::string(kEvidenceRef),
      .found = evidence.ssh_fingerprint().value_or("signature: " + std::string(signature_kind_name(evidence.kind)))};
}

// Its digest is the commit's; its words were shown to whoever signed it.
std::optional<Refusal> contradiction_of_words(const GitEvidence& evidence, const std::string& bundle) {
  const auto said = sigstore::check_evidence(bundle, evidence.object.bytes());
  if (said) return std::nullopt;
  return Refusal{.code = RefusalCode::StatementInvalid, .what = said.error().what};
}

// The verifier knows the bundle's digest; which commit that must be, only we do.
std::optional<Refusal> contradiction_of_commit(const GitEvidence& evidence, const std::string& bundle) {
  const auto subject = sigstore::subject_of_evidence(bundle);
  if (!subject) return Refusal{.code = RefusalCode::StatementInvalid, .what = subject.error().what};
  if (subject->id == evidence.object.id) return contradiction_of_words(evidence, bundle);
  return Refusal{.code = RefusalCode::GitObjectMismatch,
                 .what = "the evidence names another commit",
                 .expected = evidence.object.id,
                 .found = subject->id};
}

// A badge by one key and evidence by another would name two people.
std::optional<Refusal> contradiction_of_key(const GitEvidence& evidence, const sigstore::PublicKey& key) {
  const auto signer = evidence.ssh_fingerprint();
  std::string found = signer ? ssh::key_fingerprint(key) : "";
  if (!signer || *signer == found) return std::nullopt;
  return Refusal{.code = RefusalCode::SshKeyMismatch,
                 .what = "the evidence is by another key than the SSH signature",
                 .expected = *signer,
                 .found = std::move(found)};
}

}  // namespace

std::optional<sigstore::PublicKey> GitEvidence::ssh_key() const {
  if (kind != GitSignatureKind::Ssh || !parts) return std::nullopt;
  auto signature = ssh::parse_sshsig_file(parts->signature);
  if (!signature) return std::nullopt;
  return std::move(signature->key);
}

std::optional<std::string> GitEvidence::ssh_fingerprint() const {
  const auto key = ssh_key();
  if (!key) return std::nullopt;
  return ssh::key_fingerprint(*key);
}

std::optional<std::string> GitEvidence::unread() const {
  if (!parts) return std::nullopt;
  switch (kind) {
    case GitSignatureKind::None:
    case GitSignatureKind::X509:
      return std::nullopt;
    case GitSignatureKind::OpenPgp:
      return "an OpenPGP signature";
    case GitSignatureKind::Unknown:
      return "a signature of an unknown kind";
    case GitSignatureKind::Ssh:
      break;
  }
  const auto signature = ssh::parse_sshsig_file(parts->signature);
  if (signature || signature.error().code != ErrorCode::KeyUnsuitable) return std::nullopt;
  return signature.error().what;
}

std::optional<Refusal> contradiction_within(const GitEvidence& evidence) {
  if (!evidence.object.has_its_id()) {
    return Refusal{.code = RefusalCode::GitObjectMismatch,
                   .what = "the repository holds other bytes than those of this " + evidence.object.type,
                   .expected = evidence.object.id,
                   .found = "bytes with another id"};
  }
  if (!evidence.parts) {
    return Refusal{.code = RefusalCode::SignatureMalformed, .what = evidence.parts.error().what};
  }
  if (evidence.kind == GitSignatureKind::Ssh) return contradiction_of_ssh(evidence);
  return evidence.kind == GitSignatureKind::X509 ? contradiction_of_x509(evidence) : std::nullopt;
}

std::optional<Refusal> contradiction_of_name(const GitEvidence& evidence) {
  const std::string own = evidence.title();
  for (const std::string& name : evidence.named) {
    if (name == own) continue;
    return Refusal{.code = RefusalCode::GitObjectMismatch,
                   .what = "the ref refs/tags/" + name + " holds a tag that calls itself otherwise",
                   .expected = name,
                   .found = own};
  }
  return std::nullopt;
}

bool OwnSignature::is_wrong() const {
  return refusal || (judged && !judged->verdict && is_contradiction(judged->verdict.error().code));
}

OwnSignature judge_own_signature(const GitEvidence& evidence, const std::vector<TrustChoice>& choices) {
  OwnSignature own;
  // Of an x509 signature the verifier says the same, and at which of its steps.
  if (evidence.kind != GitSignatureKind::X509 || !evidence.object.has_its_id()) {
    own.refusal = contradiction_within(evidence);
  } else {
    own.judged = judge(choices, [&](const TrustChoice& choice) {
      return sigstore::examine_git_signature(evidence.parts->payload, evidence.parts->signature, choice.root,
                                             choice.policy);
    });
  }
  return own;
}

BesideVerdict judge_bundle_beside(const GitEvidence& evidence, const std::string& bundle,
                                  const std::vector<TrustChoice>& choices) {
  const sigstore::Artifact artifact{.digests = {sigstore::hash(HashAlgorithm::Sha256, evidence.object.bytes())},
                                    .predicate_type = std::string(sigstore::kCommitPredicateType)};
  BesideVerdict beside{.judged = judge(choices, [&](const TrustChoice& choice) {
                         return sigstore::examine_bundle(std::string_view(bundle), artifact, choice.root,
                                                         choice.policy);
                       })};
  Judged& judged = beside.judged;
  if (!judged.verdict) return beside;
  auto refusal = contradiction_of_commit(evidence, bundle);
  if (!refusal) {
    refusal = contradiction_of_key(evidence, judged.verdict->key());
    if (refusal) {
      beside.countersigner = display_text(judged.verdict->san()) + " (" + display_text(judged.verdict->issuer()) + ")";
    }
  }
  if (refusal) refuse_in_hindsight(judged, std::move(*refusal));
  return beside;
}

GitVerdict judge_git_object(const GitEvidence& evidence, const std::vector<TrustChoice>& choices) {
  OwnSignature own = judge_own_signature(evidence, choices);
  if (own.refusal) return {.judged = refuse_before(std::move(*own.refusal))};
  if (auto misnamed = contradiction_of_name(evidence)) return {.judged = refuse_before(std::move(*misnamed))};
  if (own.judged && own.judged->verdict) return {.judged = std::move(*own.judged), .by = "its own signature"};
  if (own.is_wrong()) return {.judged = std::move(*own.judged)};
  std::optional<Judged> nearest = std::move(own.judged);
  for (const std::string& bundle : evidence.bundles) {
    Judged judged = judge_bundle_beside(evidence, bundle, choices).judged;
    if (judged.verdict) return {.judged = std::move(judged), .by = "evidence in its note"};
    if (!nearest || came_further(judged, *nearest)) nearest = std::move(judged);
  }
  if (nearest) return {.judged = std::move(*nearest)};
  return {.judged = refuse_before(nothing_vouches(evidence))};
}

}  // namespace signet::cli
