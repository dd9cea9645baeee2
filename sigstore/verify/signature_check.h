// Step 8, first half: the signature, by an algorithm that the registry has for this kind of key.
//
// A bundle does not name its algorithm: it follows from the key. One key, one algorithm, or a digest could be taken for
// another hash's. The exception: certificates of P-384 and P-521 keys whose signature is over SHA-256, as old clients
// made them; Rekor v2 takes none of those.
#pragma once

#include <vector>

#include "sigstore/bundle/bundle.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/signed_content.h"
#include "sigstore/verify/signer.h"

namespace signet::sigstore {

/// Checks that key and hash are a pair of the registry, for the content and for each record.
///
/// @param records  what the logs committed to; they passed check_record()
/// @error AlgorithmUnsuitable  another hash, a log entry that names another algorithm, or a message that an Ed25519 key
///                             signed: Ed25519ph is not in OpenSSL 3.0
/// @source sigstore architecture-docs, algorithm registry
[[nodiscard]] Verdict<void> check_algorithm(const Bundle& bundle, const Signer& signer,
                                            const std::vector<const LogBody*>& records);

/// Checks the signature over the envelope's PAE, or over the digest that each log holds (where no log does, over the
/// one that the bundle names), and that the bundle names that digest. After check_algorithm().
///
/// @error SignatureInvalid
/// @error ArtifactMismatch  the bundle names another digest than the one that was signed
[[nodiscard]] Verdict<void> check_signature(const Bundle& bundle, const Signer& signer,
                                            const std::vector<const LogBody*>& records, SignedContent& content);

}  // namespace signet::sigstore
