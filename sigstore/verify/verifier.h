// The verifier. Pure: no network, no clock, no files; the same code checks our own signatures before they are handed
// out.
//
// Steps, numbered as in the Sigstore client specification ("Verification"), each one file of this folder:
//   0 parse (bundle/)  1 structure (bundle/, verifier.cc)  2 log entries (log_check.h)  3 times (timestamp.h)
//   4 chain at every time (chain.h)  5 SCT (sct.h)  6 leaf profile (leaf_profile.h)  7 identity (policy.h)
//   8 signature, artifact, statement (verifier.cc, content_check.h)  9 report (VerifiedBundle)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/time.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// The artifact: a digest for each algorithm that a bundle may need. From the file, or only the one that the caller
/// knows.
struct Artifact {
  std::vector<Digest> digests;
  /// Demands an attestation of this type about it: a mere signature is refused.
  std::optional<std::string> predicate_type = {};
  [[nodiscard]] const Digest* with(HashAlgorithm algorithm) const;
};

/// A signing time and who vouches for it.
struct VerifiedTime {
  WallTime time;
  std::string source;  ///< the authority's URI
};

/// What was found out. Only verify_bundle() and verify_git_signature() make one: to have it is to have verified.
class VerifiedBundle {
 public:
  [[nodiscard]] const std::string& san() const { return san_; }
  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] const Certificate& certificate() const { return *certificate_; }
  [[nodiscard]] const std::vector<VerifiedTime>& times() const { return times_; }
  [[nodiscard]] const std::string& log_name() const { return log_name_; }
  [[nodiscard]] std::int64_t log_index() const { return log_index_; }
  [[nodiscard]] const std::optional<Statement>& statement() const { return statement_; }
  /// False where the policy was IdentityPolicy::anybody_unsafe().
  [[nodiscard]] bool identity_was_expected() const { return identity_was_expected_; }

 private:
  friend class Verification;
  VerifiedBundle() = default;
  std::string san_;
  std::string issuer_;
  std::optional<Certificate> certificate_;
  std::vector<VerifiedTime> times_;
  std::string log_name_;
  std::int64_t log_index_ = 0;
  std::optional<Statement> statement_;
  bool identity_was_expected_ = false;
};

/// Verifies a bundle that was read. `artifact` is what the caller holds; for DSSE it must be a subject of the
/// statement.
[[nodiscard]] Verdict<VerifiedBundle> verify_bundle(const Bundle& bundle, const Artifact& artifact,
                                                    const TrustedRoot& root, const IdentityPolicy& policy);

/// Reads and verifies (step 0 included).
[[nodiscard]] Verdict<VerifiedBundle> verify_bundle(std::string_view json, const Artifact& artifact,
                                                    const TrustedRoot& root, const IdentityPolicy& policy);

/// Verifies a DSSE bundle's statement as a whole, without an artifact: for the agent's own check of what it just made.
[[nodiscard]] Verdict<VerifiedBundle> verify_statement_bundle(const Bundle& bundle, ByteView statement,
                                                              const TrustedRoot& root, const IdentityPolicy& policy);

/// Verifies a git signature (CMS in PEM "SIGNED MESSAGE") over the object's bytes without their signature.
[[nodiscard]] Verdict<VerifiedBundle> verify_git_signature(ByteView object, std::string_view armored_cms,
                                                           const TrustedRoot& root, const IdentityPolicy& policy);

}  // namespace signet::sigstore
