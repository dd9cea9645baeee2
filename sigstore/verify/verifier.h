// The verifier. Pure: no network, no clock, no files; the same code checks our own signatures before they are handed
// out.
//
// Steps, numbered as in the Sigstore client specification ("Verification"), each of few files of this folder:
//   0 parse (bundle/)  1 structure (bundle/), key material (verification.h)  2 log entries (log_check.h,
//   record_check.h)
//   3 times (timestamp.h)  4 chain at every time (chain.h)  5 SCT (sct.h)  6 leaf profile (leaf_profile.h)
//   7 identity (policy.h)  8 signature, artifact, statement (signature_check.h, content_check.h)
//   9 report (verified_bundle.h, report.h)
// A bare key has no certificate: its verification leaves out 4 to 7.
//
// Safe to call from several threads at once: they share what is const, and the paths of checked_paths.h.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/artifact.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/report.h"
#include "sigstore/verify/verified_bundle.h"

namespace signet::sigstore {

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

/// Verifies a git signature (CMS in PEM "SIGNED MESSAGE") over the object's bytes without their signature. That it is
/// one over these bytes, by the key in its own certificate, is checked right behind step 1, apart from all trust: what
/// contradicts the object is SignatureInvalid or GitObjectMismatch whatever else is wrong or missing.
[[nodiscard]] Verdict<VerifiedBundle> verify_git_signature(ByteView object, std::string_view armored_cms,
                                                           const TrustedRoot& root, const IdentityPolicy& policy);

/// The same, with every check that was made on the way.
[[nodiscard]] Examination examine_bundle(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
                                         const IdentityPolicy& policy);
[[nodiscard]] Examination examine_bundle(std::string_view json, const Artifact& artifact, const TrustedRoot& root,
                                         const IdentityPolicy& policy);
[[nodiscard]] Examination examine_git_signature(ByteView object, std::string_view armored_cms, const TrustedRoot& root,
                                                const IdentityPolicy& policy);

}  // namespace signet::sigstore
