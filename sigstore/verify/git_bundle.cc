#include "sigstore/verify/git_bundle.h"

#include <string>

#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sigstore {
namespace {

std::string body_of(const GitCms& cms, const Digest& digest, std::string_view version) {
  const EntryVerifier verifier{.kind = EntryVerifier::Kind::Certificate, .der = to_bytes(cms.leaf.der())};
  if (version == "0.0.1") {
    return encode_hashedrekord_v1({.digest = digest, .signature = cms.signature, .verifier = verifier});
  }
  return encode_hashedrekord_v2({.digest = digest,
                                 .signature = cms.signature,
                                 .verifier = verifier,
                                 .key_details = std::string(key_details_name(cms.leaf.public_key().kind()))});
}

}  // namespace

Bundle bundle_from(const GitCms& cms) {
  const Digest digest = hash(cms.hash, cms.attributes);
  Bundle bundle{.certificate = to_bytes(cms.leaf.der()),
                .public_key_hint = {},
                .entries = {},
                .timestamps = {},
                .content = MessageSignature{.digest = digest, .signature = cms.signature}};
  if (cms.evidence.entry) {
    bundle.entries.push_back(*cms.evidence.entry);
    bundle.entries.back().canonicalized_body = to_bytes(body_of(cms, digest, cms.evidence.entry->version));
  }
  if (cms.evidence.timestamp) bundle.timestamps.push_back(timestamp_response_from_token(*cms.evidence.timestamp));
  return bundle;
}

}  // namespace signet::sigstore
