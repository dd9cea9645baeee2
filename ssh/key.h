// Public keys as SSH writes them: key blobs, their fingerprints, and the lines of authorized_keys and .pub files.
//
// Sources: RFC 4253 §6.6 (ssh-rsa), RFC 5656 §3.1 (ecdsa-sha2-*), RFC 8709 §4 (ssh-ed25519); sshd(8) "AUTHORIZED_KEYS
// FILE FORMAT".
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

/// No key of a kind that is used here has a blob that comes near it (RSA 4096: 535 bytes).
inline constexpr std::size_t kMaxKeyBlob = std::size_t{16} * 1024;
/// A key in base64, and a comment.
inline constexpr std::size_t kMaxKeyLine = std::size_t{32} * 1024;

/// "ssh-ed25519", "ecdsa-sha2-nistp256", "-nistp384", "-nistp521", or "ssh-rsa".
[[nodiscard]] std::string_view key_type_name(sigstore::KeyKind kind);

/// The blob: string type, then what that type has. Each key has one blob.
[[nodiscard]] Bytes encode_key_blob(const sigstore::PublicKey& key);

/// The inverse of encode_key_blob(): exactly its output and nothing else.
///
/// @error InvalidRequest  not a key blob, a point that is not on its curve, or bytes behind it
/// @error KeyUnsuitable   a certificate, a key of a FIDO token (sk-…), or a kind or size that is not used here
[[nodiscard]] Result<sigstore::PublicKey> parse_key_blob(ByteView blob);

/// "SHA256:" and the base64 of the blob's SHA-256 without padding, as ssh-keygen -l prints it. Any bytes have one.
[[nodiscard]] std::string key_fingerprint(ByteView blob);
[[nodiscard]] std::string key_fingerprint(const sigstore::PublicKey& key);

/// "TYPE BASE64", and " COMMENT" where it is not empty; no line end. Control characters of the comment become U+FFFD.
[[nodiscard]] std::string encode_key_line(const sigstore::PublicKey& key, std::string_view comment);

struct KeyLine {
  sigstore::PublicKey key;
  std::string comment;
};

/// One line "TYPE BASE64 [COMMENT]", with or without its line end; options before the type are not read.
///
/// @error InvalidRequest  another form, or the type is not the blob's own
/// @error KeyUnsuitable   as parse_key_blob()
[[nodiscard]] Result<KeyLine> parse_key_line(std::string_view line);

}  // namespace signet::ssh
