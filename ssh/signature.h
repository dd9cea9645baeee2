// Signatures as SSH writes them: which algorithm a key signs with, and the blob around what the token gave.
//
// Sources: RFC 9987 §3.6.1 (flags), RFC 5656 §3.1.2 (ECDSA), RFC 8332 §3 (RSA), RFC 8709 §6 (Ed25519).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

/// Flags of a sign request.
inline constexpr std::uint32_t kRsaSha256 = 2;
inline constexpr std::uint32_t kRsaSha512 = 4;

struct SignatureAlgorithm {
  std::string_view name;              ///< as it stands in the signature and in a login: "rsa-sha2-512"
  std::optional<HashAlgorithm> hash;  ///< of the data; nothing: the token signs the data itself (Ed25519)

  bool operator==(const SignatureAlgorithm&) const = default;
};

/// The algorithm that a sign request with these flags means. Keys that are not RSA have one, and the RSA flags mean
/// nothing to them.
///
/// @error InvalidRequest  RSA with neither flag, which would be SHA-1, or with both; or a bit that is not known
[[nodiscard]] Result<SignatureAlgorithm> signature_algorithm_for(sigstore::KeyKind kind, std::uint32_t flags);

/// The algorithm of that name.
///
/// @error KeyUnsuitable  keys of this kind do not sign by it ("ssh-rsa", which is SHA-1, is no algorithm of any key)
[[nodiscard]] Result<SignatureAlgorithm> signature_algorithm_named(sigstore::KeyKind kind, std::string_view name);

/// The blob that a sign response and an sshsig file hold.
///
/// @param raw  as the token's worker gives it: ECDSA in DER, RSA as long as the modulus, Ed25519 64 bytes
/// @error InvalidRequest  an ECDSA signature that is not the DER of two positive numbers
[[nodiscard]] Result<Bytes> encode_signature(const SignatureAlgorithm& algorithm, ByteView raw);

/// Checks a blob over `data` under `key`, with the algorithm that it names.
///
/// @error InvalidRequest  not a signature blob: cut off, bytes behind it, a number that is not minimal or positive
/// @error KeyUnsuitable   it names an algorithm that is none of this key's
/// @error NotVerified     not a signature of this key over this data
[[nodiscard]] Result<void> verify_signature(const sigstore::PublicKey& key, ByteView blob, ByteView data);

}  // namespace signet::ssh
