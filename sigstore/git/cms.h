// gitsign's signature format: a detached CMS SignedData with one leaf certificate, one signer, and the evidence in
// unsigned attributes (RFC 5652; gitsign "offline" mode). Written by hand because the signature is made elsewhere, on a
// token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// The signed attributes: contentType id-data, signingTime, messageDigest.
struct CmsAttributes {
  Bytes der;           ///< DER with the SET OF tag 0x31: the bytes whose digest is signed
  HashAlgorithm hash;  ///< SHA-256 for P-256, SHA-384 for P-384
};

/// @param content_digest  digest of the git object, by the hash of the certificate's key
/// @param signing_time    local clock, second precision; unauthenticated
[[nodiscard]] CmsAttributes make_cms_attributes(const Digest& content_digest, WallTime signing_time);

/// What goes into the unsigned attributes.
struct CmsEvidence {
  std::optional<LogEntry> entry{};   ///< 1.3.6.1.4.1.57264.3.1: protobuf with the body cleared
  std::optional<Bytes> timestamp{};  ///< 1.2.840.113549.1.9.16.2.14: TimeStampToken
};

/// The armored signature, ending in a line end.
///
/// @param signature  over attributes.der: ECDSA DER
/// @error KeyUnsuitable  a key kind that git signatures do not use here (D3)
[[nodiscard]] Result<std::string> encode_git_cms(const Certificate& leaf, const CmsAttributes& attributes,
                                                 ByteView signature, const CmsEvidence& evidence);

/// A CMS signature taken apart; nothing is verified.
struct GitCms {
  Certificate leaf;
  HashAlgorithm hash;
  Bytes attributes;       ///< DER with the SET OF tag
  Digest content_digest;  ///< the messageDigest attribute
  WallTime signing_time;
  Bytes signature;
  CmsEvidence evidence;  ///< the entry's canonicalized_body is empty: rebuild it
};

/// Reads exactly one PEM block with exactly one signer, whose certificate is in it.
///
/// @error InvalidRequest  not that; attributes missing, repeated, or not in DER order
[[nodiscard]] Result<GitCms> parse_git_cms(std::string_view armored);

/// The protobuf form of a log entry without its body (dev.sigstore.rekor.v1.TransparencyLogEntry) and its inverse.
[[nodiscard]] Bytes encode_entry_protobuf(const LogEntry& entry);
/// @error InvalidRequest  malformed, or an unknown field
[[nodiscard]] Result<LogEntry> parse_entry_protobuf(ByteView bytes);

}  // namespace signet::sigstore
