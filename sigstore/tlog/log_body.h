// The canonical bodies that are the leaves of Rekor: what an entry commits to, for each kind and version that bundles
// carry (Rekor v1 pkg/types, rekor-tiles).
//
// What is read here is believed as little as its entry: the log's proof is over the bytes of the body.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

/// Rekor takes smaller uploads (v2) or stores less of them (v1); a bundle may claim anything.
inline constexpr std::size_t kMaxLogBody = std::size_t{4} * 1024 * 1024;

/// The key or certificate that an entry says made the signature.
struct EntryVerifier {
  enum class Kind : std::uint8_t { Certificate, PublicKey };
  Kind kind = Kind::Certificate;
  Bytes der;  ///< certificate or SPKI: compared as such, for Rekor v1's PEM may be broken into lines in any way
  bool operator==(const EntryVerifier&) const = default;
};

/// A signature of an envelope, as dsse and intoto entries hold it.
struct RecordedSignature {
  Bytes signature;
  EntryVerifier verifier;
};

/// hashedrekord 0.0.1 (Rekor v1): a message signature.
struct HashedRekordV1 {
  Digest digest;
  Bytes signature;
  EntryVerifier verifier;
};

/// hashedrekord 0.0.2 (Rekor v2): a message signature, or that of an envelope's PAE.
struct HashedRekord {
  Digest digest;
  Bytes signature;
  EntryVerifier verifier;
  std::string key_details;  ///< PublicKeyDetails by name
};

/// dsse 0.0.1 (Rekor v1).
struct DsseRecord {
  Digest payload_hash;  ///< SHA-256 of the decoded payload
  Digest
      envelope_hash;  ///< SHA-256 of the envelope's JSON as it was uploaded: nobody else can tell whether it is right
  std::vector<RecordedSignature> signatures;  ///< at least one
};

/// intoto 0.0.2 (Rekor v1, in old attestations).
struct IntotoRecord {
  std::string payload_type;
  Digest payload_hash;                        ///< SHA-256 of the decoded payload
  Digest envelope_hash;                       ///< as in DsseRecord
  std::vector<RecordedSignature> signatures;  ///< at least one
};

using LogBody = std::variant<HashedRekordV1, HashedRekord, DsseRecord, IntotoRecord>;

/// True for a kind and version that parse_log_body() reads.
[[nodiscard]] bool is_known_log_body(std::string_view kind, std::string_view version);

/// Reads the body of an entry, refusing unknown members.
///
/// @error InvalidRequest  an unknown kind or version, a body of another one than the entry says, malformed, a verifier
///                        that is not a certificate or public key in PEM, or (0.0.2 of hashedrekord) not canonical
/// @error LimitExceeded   more than kMaxLogBody bytes
[[nodiscard]] Result<LogBody> parse_log_body(std::string_view kind, std::string_view version, ByteView body);

/// The canonical body (RFC 8785) of a hashedrekord 0.0.1 entry. PEM in lines of 64, with its last line end.
[[nodiscard]] std::string encode_hashedrekord_v1(const HashedRekordV1& record);

/// The canonical body of a hashedrekord 0.0.2 entry.
[[nodiscard]] std::string encode_hashedrekord_v2(const HashedRekord& record);

/// The canonical body of a dsse 0.0.1 entry; signatures sorted by their base64, as Rekor does it.
[[nodiscard]] std::string encode_dsse_v1(const DsseRecord& record);

/// The inverse of encode_hashedrekord_v2().
///
/// @error InvalidRequest, LimitExceeded  as parse_log_body()
[[nodiscard]] Result<HashedRekord> parse_hashedrekord_v2(ByteView body);

}  // namespace signet::sigstore
