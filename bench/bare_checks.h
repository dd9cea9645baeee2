// The cryptography that a bundle cannot be verified without, by OpenSSL and nothing around it: what a verifier's speed
// is measured in.
//
// What belongs to the trusted root is there before: keys, and the CA's and the authority's own chain. What is the
// bundle's is done each time: its certificate is decoded and checked under its issuer, SCT, promise, checkpoint,
// inclusion proof, timestamp and signature are checked. No JSON, no base64, no names, no times.
#pragma once

#include <memory>

#include "bench/rounds.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::bench {

/// Does the bundle's checks once. Ends the bench where one fails: the bundle must be good.
[[nodiscard]] Operation bare_checks(const sigstore::Bundle& bundle, const sigstore::TrustedRoot& root);

}  // namespace signet::bench
