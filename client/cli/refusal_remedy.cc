#include "client/cli/refusal_remedy.h"

namespace signet::cli {
namespace {

using sigstore::RefusalCode;

constexpr std::string_view kOtherTrust =
    "obtain the trusted root of the instance that it was signed in, if you trust that one";
constexpr std::string_view kSignAgain = "do not use it; ask the signer for a new signature";
constexpr std::string_view kOtherFile = "compare file and bundle: one of them belongs to something else";

}  // namespace

std::string_view refusal_remedy(RefusalCode code) {
  switch (code) {
    case RefusalCode::BundleMalformed:
    case RefusalCode::SignatureMalformed:
      return "obtain the signature again: this one is damaged or of another kind";
    case RefusalCode::BundleUnsupported:
    case RefusalCode::LogEntryUnsupported:
      return "use a newer signet, or ask the signer for a bundle of version 0.3 with an entry of Rekor v1 or v2";
    case RefusalCode::PolicyMissing:
      return "say whom you expect: --identity SAN --issuer URL, or [verify] allowed";
    case RefusalCode::KeyMaterialMismatch:
      return "expect what the bundle has: --key PEM for a bare key, --identity SAN --issuer URL for a certificate";
    case RefusalCode::LogUnknown:
    case RefusalCode::CaUntrusted:
      return kOtherTrust;
    case RefusalCode::LogEntryMissing:
    case RefusalCode::InclusionPromiseMissing:
    case RefusalCode::InclusionProofMissing:
    case RefusalCode::NoTrustedTime:
    case RefusalCode::SctMissing:
      return "ask the signer for a complete signature: evidence is missing";
    case RefusalCode::IdentityMismatch:
    case RefusalCode::IssuerMismatch:
      return "if you expect this signer, name it: --identity SAN --issuer URL, or [verify] allowed";
    case RefusalCode::SignatureMissing:
      return "fetch what lies beside it: signet git sync; or ask the signer for evidence: signet git attest";
    case RefusalCode::SshKeyMismatch:
      return "ask the one whose SSH key signed it for evidence: signet git attest";
    case RefusalCode::ClaimMismatch:
      return "another build signed it than you expect; where that is right, say so: --claim NAME=VALUE";
    case RefusalCode::PredicateTypeMismatch:
      return "if this attestation is what you want to know, name its type with --type; else look for the other bundle";
    case RefusalCode::ArtifactMismatch:
    case RefusalCode::StatementInvalid:
    case RefusalCode::GitObjectMismatch:
    case RefusalCode::LogEntryMismatch:
      return kOtherFile;
    case RefusalCode::InclusionPromiseInvalid:
    case RefusalCode::CheckpointInvalid:
    case RefusalCode::InclusionProofInvalid:
    case RefusalCode::LogNotValidThen:
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

}  // namespace signet::cli
