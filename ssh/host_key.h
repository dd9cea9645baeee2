// The key of a host as an SSH client passes it on: a plain key, or an OpenSSH certificate that an SSH CA made of one.
//
// Source: OpenSSH's PROTOCOL.certkeys.
#pragma once

#include <cstddef>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

/// The longest one that is read: a certificate may hold many names and options.
inline constexpr std::size_t kMaxHostKeyBlob = std::size_t{64} * 1024;

/// The key of parse_key_blob(), or the plain one that a host certificate certifies, which is read whole. What the
/// certificate says of the key is not judged: the CA's signature, names, times and options were ssh's to check before
/// it talked to the host. A signature by the plain key proves who has it, with any certificate or none.
///
/// @error InvalidRequest  neither; or bytes behind it
/// @error KeyUnsuitable   a user's certificate, or a key of a kind or size that is not used here (parse_key_blob()),
///                        certified or not
[[nodiscard]] Result<sigstore::PublicKey> parse_host_key_blob(ByteView blob);

}  // namespace signet::ssh
