// An RFC 3161 timestamp taken apart (TimeStampResp, TimeStampToken, TSTInfo; RFC 5652 SignedData around it). Nothing is
// verified here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::sigstore {

/// With a whole chain of RSA certificates inside a timestamp has less than 16 KiB.
inline constexpr std::size_t kMaxTimestamp = std::size_t{64} * 1024;

/// A TimeStampResp (RFC 3161 §2.4.2). A view: the response must outlive it.
struct TimestampReply {
  bool granted = false;           ///< status 0 or 1
  std::string status_text;        ///< of a refusal; foreign text
  std::optional<ByteView> token;  ///< ContentInfo, whole; always there when granted
};

/// @error InvalidRequest  not one DER TimeStampResp, or a token that is missing or too much for its status
[[nodiscard]] Result<TimestampReply> parse_timestamp_reply(ByteView response);

/// TSTInfo (RFC 3161 §2.4.2): what the authority says.
struct TimestampInfo {
  Digest imprint;                 ///< of what was stamped
  WallTime time;                  ///< genTime, with its fraction
  std::optional<ByteView> nonce;  ///< INTEGER, whole
};

/// ESSCertID or ESSCertIDv2: the hash of the certificate that signed.
struct SignerHash {
  std::optional<HashAlgorithm> algorithm;  ///< nothing: SHA-1 (RFC 2634 §5.4)
  ByteView value;
};

/// A TimeStampToken. A view: the token must outlive it.
struct TimestampToken {
  ByteView content;  ///< TSTInfo, whole: what messageDigest is of
  TimestampInfo info;
  std::vector<ByteView> certificates;  ///< whole; unauthenticated
  Bytes signer;                        ///< issuer's Name and serial number, both whole
  HashAlgorithm hash = HashAlgorithm::Sha256;
  Bytes attributes;                       ///< DER with the SET OF tag: what is signed
  Digest content_digest;                  ///< the messageDigest attribute
  std::vector<SignerHash> signer_hashes;  ///< at least one; the signer's certificate must fit all
  ByteView signature_algorithm;           ///< whole
  ByteView signature;
};

/// Reads a token with exactly one signer, who is named by issuer and serial number, and whose signed attributes are
/// contentType, messageDigest and signingCertificate or signingCertificateV2.
///
/// @error InvalidRequest  not that; a hash other than SHA-256, SHA-384 and SHA-512; a critical extension
[[nodiscard]] Result<TimestampToken> parse_timestamp_token(ByteView token);

}  // namespace signet::sigstore
