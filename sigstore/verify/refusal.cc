#include "sigstore/verify/refusal.h"

#include <array>

#include "common/display.h"

namespace signet::sigstore {
namespace {

struct Row {
  RefusalCode code;
  std::string_view name;
  int step;
};

// In the order of the enumeration.
constexpr std::array<Row, kRefusalCodeCount> kRows = {{
    {RefusalCode::BundleMalformed, "BundleMalformed", 0},
    {RefusalCode::BundleUnsupported, "BundleUnsupported", 1},
    {RefusalCode::PolicyMissing, "PolicyMissing", 1},
    {RefusalCode::KeyMaterialMismatch, "KeyMaterialMismatch", 1},
    {RefusalCode::LogEntryMissing, "LogEntryMissing", 2},
    {RefusalCode::LogUnknown, "LogUnknown", 2},
    {RefusalCode::LogEntryUnsupported, "LogEntryUnsupported", 2},
    {RefusalCode::InclusionPromiseMissing, "InclusionPromiseMissing", 2},
    {RefusalCode::InclusionPromiseInvalid, "InclusionPromiseInvalid", 2},
    {RefusalCode::CheckpointInvalid, "CheckpointInvalid", 2},
    {RefusalCode::InclusionProofMissing, "InclusionProofMissing", 2},
    {RefusalCode::InclusionProofInvalid, "InclusionProofInvalid", 2},
    {RefusalCode::LogEntryMismatch, "LogEntryMismatch", 2},
    {RefusalCode::LogNotValidThen, "LogNotValidThen", 3},
    {RefusalCode::TimestampInvalid, "TimestampInvalid", 3},
    {RefusalCode::NoTrustedTime, "NoTrustedTime", 3},
    {RefusalCode::CertificateInvalid, "CertificateInvalid", 4},
    {RefusalCode::CaUntrusted, "CaUntrusted", 4},
    {RefusalCode::CertificateNotValidThen, "CertificateNotValidThen", 4},
    {RefusalCode::SctMissing, "SctMissing", 5},
    {RefusalCode::SctInvalid, "SctInvalid", 5},
    {RefusalCode::CertificateUnsuitable, "CertificateUnsuitable", 6},
    {RefusalCode::IdentityMismatch, "IdentityMismatch", 7},
    {RefusalCode::IssuerMismatch, "IssuerMismatch", 7},
    {RefusalCode::ClaimMismatch, "ClaimMismatch", 7},
    {RefusalCode::AlgorithmUnsuitable, "AlgorithmUnsuitable", 8},
    {RefusalCode::SignatureInvalid, "SignatureInvalid", 8},
    {RefusalCode::ArtifactMismatch, "ArtifactMismatch", 8},
    {RefusalCode::StatementInvalid, "StatementInvalid", 8},
    {RefusalCode::PredicateTypeMismatch, "PredicateTypeMismatch", 8},
    {RefusalCode::GitObjectMismatch, "GitObjectMismatch", 8},
    {RefusalCode::SshKeyMismatch, "SshKeyMismatch", 8},
    {RefusalCode::SignatureMalformed, "SignatureMalformed", 0},
    {RefusalCode::SignatureMissing, "SignatureMissing", 0},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows.at(i).code) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

const Row& row_of(RefusalCode code) { return kRows.at(static_cast<std::size_t>(code)); }

}  // namespace

std::string_view refusal_name(RefusalCode code) { return row_of(code).name; }

int refusal_step(RefusalCode code) { return row_of(code).step; }

Error error_from_refusal(const Refusal& refusal) {
  std::string what = std::string(refusal_name(refusal.code)) + ": " + display_text(refusal.what);
  if (!refusal.expected.empty()) what += "; expected " + display_text(refusal.expected);
  if (!refusal.found.empty()) what += "; found " + display_text(refusal.found);
  return Error{.code = ErrorCode::NotVerified, .what = std::move(what)};
}

}  // namespace signet::sigstore
