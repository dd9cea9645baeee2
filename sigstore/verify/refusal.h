// Why a verifier said no: the second list of errors (the first is common/error.h), shown by `signet verify` and
// asserted by tests.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace signet::sigstore {

/// The order is that of the verifier's steps (verifier.h).
enum class RefusalCode : std::uint8_t {
  BundleMalformed,          ///< 0/1: not strict JSON, or not a bundle's structure
  BundleUnsupported,        ///< 1: a version or kind that this verifier does not read
  PolicyMissing,            ///< nobody said whom to expect
  KeyMaterialMismatch,      ///< 1: an identity was asked for and the bundle has a bare key, or the reverse
  LogEntryMissing,          ///< 2: no log entry of a trusted log
  LogUnknown,               ///< 2: the entry's log is not in the trusted root
  LogEntryUnsupported,      ///< 2: unknown kind or version
  InclusionPromiseMissing,  ///< 2: no SET where the bundle's version demands one
  InclusionPromiseInvalid,  ///< 2: the SET is not the log's over this entry
  CheckpointInvalid,        ///< 2: malformed, another origin, or not signed by the log
  InclusionProofMissing,    ///< 2
  InclusionProofInvalid,    ///< 2: the entry is not in the tree of the checkpoint
  LogEntryMismatch,         ///< 2: the entry is of another artifact, signature or certificate, or its body is malformed
  LogNotValidThen,          ///< 3: the log was not to be trusted at the time
  TimestampInvalid,         ///< 3: an RFC 3161 timestamp that does not verify under any trusted authority
  NoTrustedTime,            ///< 3: no source of time is left
  CertificateInvalid,       ///< 4: not a certificate, or its issuer's signature over it is wrong
  CaUntrusted,              ///< 4: no path to an authority of the trusted root
  CertificateNotValidThen,  ///< 4: a signing time lies outside the certificate's, the chain's or the authority's
                            ///< validity
  SctMissing,               ///< 5
  SctInvalid,               ///< 5
  CertificateUnsuitable,    ///< 6: key usage, EKU, a CA, or not exactly one SAN
  IdentityMismatch,         ///< 7: another SAN
  IssuerMismatch,           ///< 7: another OIDC issuer
  ClaimMismatch,            ///< 7: another build, repository or whatever else was demanded
  AlgorithmUnsuitable,      ///< 8: a hash or an algorithm that is not the registry's for this kind of key
  SignatureInvalid,         ///< 8
  ArtifactMismatch,         ///< 8: the digest in the bundle is not the artifact's
  StatementInvalid,         ///< 8: payload type, statement, or the artifact is no subject
  PredicateTypeMismatch,    ///< 8: the statement is of another type than the one demanded, or there is none
  GitObjectMismatch,        ///< 8: the signature, or the evidence beside it, is of another git object; or a ref has
                            ///< another name than its tag
  SshKeyMismatch,           ///< 8: the evidence beside an SSH-signed object is by another key
  SignatureMalformed,       ///< git: no CMS or SSH signature, or not one that we read
  SignatureMissing,         ///< git: nothing vouches for the object that we could look at
};

inline constexpr std::size_t kRefusalCodeCount = static_cast<std::size_t>(RefusalCode::SignatureMissing) + 1;

/// "CheckpointInvalid" and so on.
[[nodiscard]] std::string_view refusal_name(RefusalCode code);

/// The number of the verification step (sigstore client specification, as numbered in verifier.h).
[[nodiscard]] int refusal_step(RefusalCode code);

struct [[nodiscard]] Refusal {
  RefusalCode code = RefusalCode::BundleMalformed;
  std::string what;           ///< one sentence
  std::string expected = {};  ///< empty where it makes no sense
  std::string found = {};     ///< what stands there instead; hostile text, display_text() before it is shown
};

/// What a step of the verifier yields.
template <typename T>
using Verdict = std::expected<T, Refusal>;

/// Makes the unexpected side of any Verdict, as fail() does for a Result.
[[nodiscard]] inline std::unexpected<Refusal> refused(RefusalCode code, std::string what, std::string expected = {},
                                                      std::string found = {}) {
  return std::unexpected(
      Refusal{.code = code, .what = std::move(what), .expected = std::move(expected), .found = std::move(found)});
}

/// Hands a refusal on to a Verdict of another type.
[[nodiscard]] inline std::unexpected<Refusal> refused(Refusal refusal) { return std::unexpected(std::move(refusal)); }

/// As an error of the first list: NotVerified with code, sentence, expected and found.
[[nodiscard]] Error error_from_refusal(const Refusal& refusal);

}  // namespace signet::sigstore
