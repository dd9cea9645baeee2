// SSHSIG, the signatures of `ssh-keygen -Y sign` and of git with gpg.format=ssh: what is signed, and the file.
//
// Source: OpenSSH's PROTOCOL.sshsig.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

/// The first bytes of what is signed, and of the file. What a login signs begins with a length, never with these.
inline constexpr std::string_view kSshsigMagic = "SSHSIG";
/// git's namespace (gpg.format=ssh).
inline constexpr std::string_view kGitNamespace = "git";
/// The longest namespace that is read.
inline constexpr std::size_t kMaxNamespace = 255;
/// The longest file that is read: far more than the largest key and its signature need.
inline constexpr std::size_t kMaxSshsigFile = std::size_t{64} * 1024;

/// What is signed: a message by its hash, for one purpose.
struct SshsigRequest {
  std::string name_space;  ///< "git", "file", "NAME@DOMAIN": 1 to kMaxNamespace printable characters of ASCII
  Digest message;          ///< SHA-256 or SHA-512 of the message
};

/// @error InvalidRequest  not such bytes: no namespace or not a proper one, something in the reserved field, another
///                        hash than SHA-256 and SHA-512 or one of another length, or bytes behind it
[[nodiscard]] Result<SshsigRequest> parse_sshsig_request(ByteView data);

/// The inverse of parse_sshsig_request().
[[nodiscard]] Bytes encode_sshsig_request(const SshsigRequest& request);

/// A signature file.
struct Sshsig {
  sigstore::PublicKey key;
  std::string name_space;
  HashAlgorithm hash = HashAlgorithm::Sha512;
  Bytes signature;  ///< a blob as encode_signature() makes it, over encode_sshsig_request()
};

/// "-----BEGIN SSH SIGNATURE-----", base64 in lines of 70 as ssh-keygen writes them, "-----END SSH SIGNATURE-----".
[[nodiscard]] std::string encode_sshsig_file(const Sshsig& signature);

/// @error InvalidRequest  not such a file, or another version than 1
/// @error KeyUnsuitable   as parse_key_blob()
[[nodiscard]] Result<Sshsig> parse_sshsig_file(std::string_view text);

/// Checks that `signature` is one of its key, for that namespace, over that message. Whose the key is, the caller
/// knows.
///
/// @param message  by the file's own hash
/// @error NotVerified     for another namespace, or not of this key over this message
/// @error InvalidRequest  `message` is of another hash
/// @error InvalidRequest, KeyUnsuitable  as verify_signature()
[[nodiscard]] Result<void> verify_sshsig(const Sshsig& signature, std::string_view name_space, const Digest& message);
/// The same over the message's bytes.
[[nodiscard]] Result<void> verify_sshsig(const Sshsig& signature, std::string_view name_space, ByteView message);

}  // namespace signet::ssh
