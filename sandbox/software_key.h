// A P-256 key in memory: every key of the sandbox, and a signer without a token for tests. Not for anything real.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/secret.h"
#include "sigstore/encoding/public_key.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace signet::sandbox {

/// Cheap to copy (shared). Its operations cannot fail: the process ends where OpenSSL has no memory or no randomness.
class SoftwareKey {
 public:
  [[nodiscard]] static SoftwareKey generate();
  /// @error InvalidRequest  not a P-256 private key in PEM without a passphrase
  [[nodiscard]] static Result<SoftwareKey> from_pem(std::string_view pem);

  /// PKCS#8, not encrypted.
  [[nodiscard]] Secret pem() const;
  [[nodiscard]] const sigstore::PublicKey& public_key() const;

  /// ECDSA over a digest as it is, DER (RFC 3279 §2.2.3).
  [[nodiscard]] Bytes sign_digest(const Digest& digest) const;
  /// ECDSA with SHA-256, DER.
  [[nodiscard]] Bytes sign_message(ByteView message) const;
  /// ECDSA with SHA-256 as JWS has it: r and s, 32 bytes each (RFC 7518 §3.4).
  [[nodiscard]] Bytes sign_jws(ByteView message) const;

  /// The coordinates of the public point, 32 bytes each: x and y of a JWK.
  [[nodiscard]] Bytes point() const;

  [[nodiscard]] evp_pkey_st* native() const;

 private:
  struct State;
  explicit SoftwareKey(std::shared_ptr<const State> state);
  static SoftwareKey make(evp_pkey_st* owned);
  std::shared_ptr<const State> state_;
};

/// DER of a JWS signature, for checking one (the inverse of what sign_jws() does).
///
/// @error InvalidRequest  not 64 bytes
[[nodiscard]] Result<Bytes> der_from_jws(ByteView signature);

}  // namespace signet::sandbox
