#include "tests/support/sandbox_signer.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/verify/timestamp.h"

namespace signet::test {
namespace {

using sigstore::HashedRekord;

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::cerr << "sandbox signer: " << result.error().sentence() << "\n";
  std::abort();
}

template <typename T>
void apply(const std::function<void(T&)>& change, T& value) {
  if (change) change(value);
}

}  // namespace

SandboxSigner::SandboxSigner(sandbox::Sandbox& sandbox)
    : sandbox_(sandbox), key_(sandbox::SoftwareKey::generate()), issuer_(sandbox.endpoints().issuer) {}

Bytes SandboxSigner::issue(const Spoil& spoil) {
  sandbox::LeafOptions options{.key = key_.public_key(),
                               .san = {.kind = sigstore::SanKind::Email, .value = std::string(kSan)},
                               .issuer = issuer_};
  apply(spoil.leaf, options);
  Bytes der = must(sandbox_.certificate_authority().issue(options)).leaf;
  apply(spoil.certificate, der);
  return der;
}

SandboxSigner::Evidence SandboxSigner::make_evidence(const Digest& to_sign, Bytes certificate, const Spoil& spoil) {
  Bytes signature = key_.sign_digest(to_sign);
  apply(spoil.signature, signature);
  HashedRekord record{.digest = to_sign,
                      .signature = signature,
                      .verifier = {.kind = sigstore::EntryVerifier::Kind::Certificate, .der = certificate},
                      .key_details = std::string(key_details_name(key_.public_key().kind()))};
  apply(spoil.record, record);
  auto entry = must(sandbox_.rekor_log().append(to_bytes(encode_hashedrekord_v2(record))));
  apply(spoil.entry, entry);
  const Digest imprint = sigstore::hash(HashAlgorithm::Sha256, signature);
  Bytes timestamp = must(sandbox_.timestamp_authority().stamp(imprint, spoil.stamp));
  apply(spoil.timestamp, timestamp);
  return {.certificate = std::move(certificate),
          .signature = std::move(signature),
          .entry = std::move(entry),
          .timestamp = std::move(timestamp)};
}

sigstore::Bundle SandboxSigner::assemble(Evidence evidence, Content content) {
  return {.certificate = std::move(evidence.certificate),
          .public_key_hint = {},
          .entries = {std::move(evidence.entry)},
          .timestamps = {std::move(evidence.timestamp)},
          .content = std::move(content)};
}

sigstore::Bundle SandboxSigner::sign_blob(ByteView artifact, const Spoil& spoil) {
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, artifact);
  Evidence evidence = make_evidence(digest, issue(spoil), spoil);
  sigstore::MessageSignature content{.digest = digest, .signature = evidence.signature};
  return assemble(std::move(evidence), std::move(content));
}

sigstore::Bundle SandboxSigner::sign_statement(ByteView statement, const Spoil& spoil) {
  const Bytes pae = sigstore::encode_pae(sigstore::kInTotoPayloadType, statement);
  Evidence evidence = make_evidence(sigstore::hash(HashAlgorithm::Sha256, pae), issue(spoil), spoil);
  sigstore::DsseEnvelope content{.payload = to_bytes(statement),
                                 .payload_type = std::string(sigstore::kInTotoPayloadType),
                                 .signature = evidence.signature,
                                 .key_id = {}};
  return assemble(std::move(evidence), std::move(content));
}

std::string SandboxSigner::sign_git(ByteView object, const Spoil& spoil) {
  const auto leaf = must(sigstore::Certificate::from_der(issue(spoil)));
  const auto attributes =
      sigstore::make_cms_attributes(sigstore::hash(HashAlgorithm::Sha256, object), leaf.not_before());
  const Digest to_sign = sigstore::hash(attributes.hash, attributes.der);
  Evidence evidence = make_evidence(to_sign, to_bytes(leaf.der()), spoil);
  return must(sigstore::encode_git_cms(
      leaf, attributes, evidence.signature,
      {.entry = std::move(evidence.entry), .timestamp = must(sigstore::timestamp_token(evidence.timestamp))}));
}

sigstore::IdentityPolicy SandboxSigner::policy() const {
  return must(sigstore::IdentityPolicy::any_of({{.san = std::string(kSan), .issuer = issuer_}}));
}

sigstore::TrustedRoot SandboxSigner::trusted_root() const {
  return must(sigstore::parse_trusted_root(sandbox_.trusted_root()));
}

sigstore::Artifact artifact_of(ByteView bytes) { return {.digests = {sigstore::hash(HashAlgorithm::Sha256, bytes)}}; }

}  // namespace signet::test
