#include "tests/unit/sigstore/signed_bundle.h"

#include <string>
#include <utility>

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/signed_content.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::test {

using sigstore::Bundle;
using sigstore::DsseEnvelope;

BundleSigner::BundleSigner(sigstore::KeyKind kind)
    : key_(SoftwareKey::generate(kind)),
      leaf_(make_certificate(
          leaf_recipe(key_.public_key(), wall_time_from_unix(1'769'860'800)),
          kind == sigstore::KeyKind::Ed25519 ? SoftwareKey::generate(sigstore::KeyKind::EcdsaP256) : key_)) {}

Bundle BundleSigner::message(std::string_view text) const {
  return message(default_hash(key_.public_key().kind()), text);
}

Bundle BundleSigner::message(HashAlgorithm algorithm, std::string_view text) const {
  return around(sigstore::MessageSignature{.digest = sigstore::hash(algorithm, bytes_of(text)),
                                           .signature = key_.sign(algorithm, bytes_of(text))});
}

Bundle BundleSigner::envelope(std::string_view payload) const {
  return envelope(default_hash(key_.public_key().kind()), payload);
}

Bundle BundleSigner::envelope(HashAlgorithm algorithm, std::string_view payload) const {
  const bool is_ed25519 = key_.public_key().kind() == sigstore::KeyKind::Ed25519;
  const Bytes pae = sigstore::encode_pae(sigstore::kInTotoPayloadType, bytes_of(payload));
  return around(DsseEnvelope{.payload = to_bytes(payload),
                             .payload_type = std::string(sigstore::kInTotoPayloadType),
                             .signature = is_ed25519 ? key_.sign(pae) : key_.sign(algorithm, pae),
                             .key_id = {}});
}

sigstore::HashedRekordV1 BundleSigner::hashedrekord_v1(const Bundle& bundle) const {
  return {.digest = std::get<sigstore::MessageSignature>(bundle.content).digest,
          .signature = bundle.signature(),
          .verifier = verifier()};
}

sigstore::HashedRekord BundleSigner::hashedrekord_v2(const Bundle& bundle) const {
  const sigstore::KeyKind kind = key_.public_key().kind();
  sigstore::SignedContent content(bundle);
  return {.digest = content.digest(default_hash(kind)),
          .signature = bundle.signature(),
          .verifier = verifier(),
          .key_details = std::string(key_details_name(kind))};
}

sigstore::DsseRecord BundleSigner::dsse(const Bundle& bundle) const {
  return {.payload_hash = sigstore::hash(HashAlgorithm::Sha256, std::get<DsseEnvelope>(bundle.content).payload),
          .envelope_hash = Digest::from_sha256({}),
          .signatures = {{.signature = bundle.signature(), .verifier = verifier()}}};
}

sigstore::IntotoRecord BundleSigner::intoto(const Bundle& bundle) const {
  sigstore::DsseRecord same = dsse(bundle);
  return {.payload_type = std::string(sigstore::kInTotoPayloadType),
          .payload_hash = std::move(same.payload_hash),
          .envelope_hash = std::move(same.envelope_hash),
          .signatures = std::move(same.signatures)};
}

sigstore::Signer BundleSigner::by_certificate() const { return {.certificate = leaf_, .key = key_.public_key()}; }

sigstore::Signer BundleSigner::by_key() const { return {.certificate = std::nullopt, .key = key_.public_key()}; }

Bundle BundleSigner::around(decltype(Bundle::content) content) const {
  return {.certificate = to_bytes(leaf_.der()),
          .public_key_hint = {},
          .entries = {},
          .timestamps = {},
          .content = std::move(content)};
}

sigstore::EntryVerifier BundleSigner::verifier() const {
  return {.kind = sigstore::EntryVerifier::Kind::Certificate, .der = to_bytes(leaf_.der())};
}

}  // namespace signet::test
