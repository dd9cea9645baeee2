// What writer and reader of gitsign's CMS have to agree upon (RFC 5652, RFC 5754).
#pragma once

#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore::cms {

inline constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
inline constexpr std::string_view kData = "1.2.840.113549.1.7.1";
inline constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
inline constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
inline constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";
/// gitsign: a protobuf TransparencyLogEntry.
inline constexpr std::string_view kLogEntry = "1.3.6.1.4.1.57264.3.1";
/// id-aa-timeStampToken (RFC 3161 appendix A).
inline constexpr std::string_view kTimestampToken = "1.2.840.113549.1.9.16.2.14";

/// The AlgorithmIdentifier of a hash, with absent parameters (RFC 5754 §2).
[[nodiscard]] Bytes digest_algorithm(HashAlgorithm hash);
/// The hash of an AlgorithmIdentifier whose parameters are absent or NULL.
[[nodiscard]] std::optional<HashAlgorithm> hash_of_algorithm(ByteView identifier);

/// The AlgorithmIdentifier of a signature by a key of that kind, as we write it; empty for Ed25519, which signs
/// messages.
[[nodiscard]] Bytes signature_algorithm(KeyKind kind, HashAlgorithm hash);
/// True where `identifier` is one that other writers use for such a signature too (RSA: rsaEncryption).
[[nodiscard]] bool is_signature_algorithm(ByteView identifier, KeyKind kind, HashAlgorithm hash);

}  // namespace signet::sigstore::cms
