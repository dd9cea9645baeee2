// A bundle of a key of ours with a certificate, which no log or authority has seen: for the checks that look at
// content.
#pragma once

#include <string_view>

#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/signer.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// Signs with one key under one certificate.
class BundleSigner {
 public:
  explicit BundleSigner(sigstore::KeyKind kind);

  /// A message signature over SHA-256, SHA-384 or SHA-512, as of the key's own hash.
  [[nodiscard]] sigstore::Bundle message(std::string_view text) const;
  [[nodiscard]] sigstore::Bundle message(HashAlgorithm algorithm, std::string_view text) const;
  /// An in-toto envelope.
  [[nodiscard]] sigstore::Bundle envelope(std::string_view payload) const;
  [[nodiscard]] sigstore::Bundle envelope(HashAlgorithm algorithm, std::string_view payload) const;

  /// What a log would hold of the bundle, in each form.
  [[nodiscard]] sigstore::HashedRekordV1 hashedrekord_v1(const sigstore::Bundle& bundle) const;
  [[nodiscard]] sigstore::HashedRekord hashedrekord_v2(const sigstore::Bundle& bundle) const;
  [[nodiscard]] sigstore::DsseRecord dsse(const sigstore::Bundle& bundle) const;
  [[nodiscard]] sigstore::IntotoRecord intoto(const sigstore::Bundle& bundle) const;

  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  [[nodiscard]] sigstore::Signer by_certificate() const;
  [[nodiscard]] sigstore::Signer by_key() const;

 private:
  [[nodiscard]] sigstore::Bundle around(decltype(sigstore::Bundle::content) content) const;
  [[nodiscard]] sigstore::EntryVerifier verifier() const;
  SoftwareKey key_;
  sigstore::Certificate leaf_;
};

}  // namespace signet::test
