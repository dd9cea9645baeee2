// A public key and the one thing that it does here: check signatures, with the algorithm that follows from the key.
//
// Sources: sigstore protobuf-specs PublicKeyDetails and the algorithm registry; RFC 5280 §4.1.2.7 (SPKI).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace signet::sigstore {

enum class KeyKind : std::uint8_t { EcdsaP256, EcdsaP384, EcdsaP521, Rsa2048, Rsa3072, Rsa4096, Ed25519 };

/// "p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519": the spelling of our socket and configuration.
[[nodiscard]] std::string_view key_kind_name(KeyKind kind);
/// @return  nothing for any other text
[[nodiscard]] std::optional<KeyKind> key_kind_from_name(std::string_view name);
/// "PKIX_ECDSA_P256_SHA_256" and so on: the default algorithm of that kind in the registry's spelling.
[[nodiscard]] std::string_view key_details_name(KeyKind kind);
/// P-256 SHA-256, P-384 SHA-384, P-521 SHA-512, RSA SHA-256. Ed25519: SHA-512 (of Ed25519ph; the pure form takes
/// messages).
[[nodiscard]] HashAlgorithm default_hash(KeyKind kind);

/// Immutable, cheap to copy (shared).
class PublicKey {
 public:
  /// @param spki  SubjectPublicKeyInfo, DER
  /// @error InvalidRequest  not DER, trailing bytes, or a point that is not on its curve
  /// @error KeyUnsuitable   a key of a kind, size or encoding that is not on the list: a key has one form, and so one
  ///                        fingerprint
  [[nodiscard]] static Result<PublicKey> from_spki(ByteView spki);
  /// @error InvalidRequest, KeyUnsuitable  as from_spki(), or not PEM "PUBLIC KEY"
  [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);
  /// PKCS#1 RSAPublicKey, DER (PKCS1_RSA_PKCS1V5 of old CT logs).
  [[nodiscard]] static Result<PublicKey> from_pkcs1(ByteView der);

  [[nodiscard]] KeyKind kind() const;
  /// SubjectPublicKeyInfo, DER, exactly as given.
  [[nodiscard]] ByteView spki() const;
  [[nodiscard]] std::string pem() const;
  /// SHA-256 of the SPKI: log ids, pins ("sha256:<hex>"), issuer key hashes.
  [[nodiscard]] const Sha256Hash& fingerprint() const;
  /// The same as the configuration pins it and people compare it: "sha256:<hex>".
  [[nodiscard]] std::string pin() const;

  /// Checks a signature over a digest: ECDSA (DER signature) and RSA PKCS#1 v1.5.
  ///
  /// @error KeyUnsuitable  an Ed25519 key, which signs messages
  /// @error NotVerified    the signature is malformed or not of this key over this digest
  [[nodiscard]] Result<void> verify_digest(const Digest& digest, ByteView signature) const;

  /// Checks a signature over a message: with the default hash, or pure Ed25519.
  ///
  /// @error NotVerified    the signature is malformed or not of this key over this message
  [[nodiscard]] Result<void> verify_message(ByteView message, ByteView signature) const;
  /// The same with another hash than the default one. Not for Ed25519.
  [[nodiscard]] Result<void> verify_message(HashAlgorithm hash, ByteView message, ByteView signature) const;

  bool operator==(const PublicKey& other) const;

  /// For the code of this library that calls OpenSSL; valid as long as this object or a copy lives.
  [[nodiscard]] evp_pkey_st* native() const;

 private:
  struct State;
  explicit PublicKey(std::shared_ptr<const State> state);
  friend class Certificate;
  [[nodiscard]] static Result<PublicKey> make(evp_pkey_st* owned, Bytes spki);
  std::shared_ptr<const State> state_;
};

}  // namespace signet::sigstore
