// How each kind of key signs: over which bytes, and what a good answer looks like (PKCS#11 v2.40 Current Mechanisms
// §2.1.6, §2.3.6; v3.0 §2.3.14; SP 800-73-4 part 2 §3.2.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "pkcs11/keys/public_key.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// What is to be signed: a digest, or for keys that hash by themselves the whole message.
using SignInput = std::variant<Digest, protocol::TokenMessage>;

enum class SignatureFamily : std::uint8_t { Ecdsa, Rsa, Ed25519 };

/// One signature to be: what the token is given, and the form of its answer.
struct SignatureScheme {
  SignatureFamily family = SignatureFamily::Ecdsa;
  Bytes data;            ///< the digest, its DigestInfo (RSA), or the message (Ed25519)
  std::size_t size = 0;  ///< ECDSA: of r ‖ s; RSA: of the modulus; Ed25519: 64
};

/// The longest answer of any scheme, and more: room is given in advance, because some modules spend a touch on a
/// question for the length (tokens §A2).
inline constexpr std::size_t kMaxRawSignature = 1024;

/// Chooses the one scheme of the key's kind: ECDSA over a digest as long as the curve's field (P-256, P-384), RSA
/// PKCS#1 v1.5 over any SHA-2 digest (2048, 3072, 4096 bits), pure Ed25519 over a message.
///
/// @error KeyUnsuitable  another kind of key, a digest of another length, a message for a key that signs digests, or a
///                       digest for Ed25519
[[nodiscard]] Result<SignatureScheme> scheme_for(const PublicKey& key, const SignInput& input);

/// Turns a PKCS#11 token's answer into the form that certificates and bundles use.
///
/// @return  ECDSA: DER ECDSA-Sig-Value, at most 72 bytes (P-256) or 104 (P-384); RSA: as long as the modulus; Ed25519:
///          64 bytes
/// @error WorkerFailed  it has another length, or is no ECDSA signature
[[nodiscard]] Result<Bytes> encode_signature(const SignatureScheme& scheme, ByteView raw);

}  // namespace signet::pkcs11
