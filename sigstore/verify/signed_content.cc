#include "sigstore/verify/signed_content.h"

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {

SignedContent::SignedContent(const Bundle& bundle) : bundle_(bundle) {
  if (const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content)) {
    pae_ = encode_pae(envelope->payload_type, envelope->payload);
  }
}

const Digest& SignedContent::digest(HashAlgorithm algorithm) {
  if (const auto* message = std::get_if<MessageSignature>(&bundle_.content)) return message->digest;
  const auto known = digests_.find(algorithm);
  if (known != digests_.end()) return known->second;
  return digests_.emplace(algorithm, hash(algorithm, pae_)).first->second;
}

}  // namespace signet::sigstore
