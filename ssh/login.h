// What an SSH client has its key sign to log in somewhere (the public-key request of RFC 4252 §7).
//
// Sources: RFC 4252 §7; OpenSSH's PROTOCOL §3.1 (publickey-hostbound-v00@openssh.com).
#pragma once

#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"
#include "ssh/signature.h"

namespace signet::ssh {

/// The longest session id, an output of a hash; OpenSSH takes as many.
inline constexpr std::size_t kMaxSessionId = 128;
/// The longest name of a user that is read.
inline constexpr std::size_t kMaxUser = 255;

struct Login {
  Bytes session_id;              ///< 1 to kMaxSessionId bytes
  std::string user;              ///< on the far host; 1 to kMaxUser bytes without NUL, outside text
  SignatureAlgorithm algorithm;  ///< one of the key's
  sigstore::PublicKey key;       ///< the key that logs in
  /// Of the host that is logged in to, where the client says it (OpenSSH 8.9 and later): the plain one, also where the
  /// host showed a certificate (ssh/host_key.h).
  std::optional<sigstore::PublicKey> host_key{};
};

/// @error InvalidRequest  not such bytes: another message, service or method, or bytes behind it
/// @error KeyUnsuitable   as parse_key_blob() and parse_host_key_blob(); or an algorithm that is none of the key's
[[nodiscard]] Result<Login> parse_login(ByteView data);

/// The inverse of parse_login(), for a host that shows its plain key.
[[nodiscard]] Bytes encode_login(const Login& login);

}  // namespace signet::ssh
