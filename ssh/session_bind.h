// session-bind@openssh.com: an SSH client tells the agent for which session a connection is, and the host proves it.
//
// Source: OpenSSH's PROTOCOL.agent §1.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

/// The name of the extension.
inline constexpr std::string_view kSessionBind = "session-bind@openssh.com";

struct SessionBind {
  sigstore::PublicKey host_key;  ///< the plain one, also where the host showed a certificate (ssh/host_key.h)
  Bytes session_id;              ///< 1 to kMaxSessionId bytes (ssh/login.h)
  Bytes signature;               ///< of the host, over the session id
  bool is_forwarding = false;
};

/// Reads the contents of the extension. The signature is not checked here: see verify_session_bind().
///
/// @error InvalidRequest  not such bytes
/// @error KeyUnsuitable   as parse_host_key_blob()
[[nodiscard]] Result<SessionBind> parse_session_bind(ByteView contents);

/// The inverse of parse_session_bind(), for a host that shows its plain key.
[[nodiscard]] Bytes encode_session_bind(const SessionBind& bind);

/// @error InvalidRequest, KeyUnsuitable, NotVerified  as verify_signature(): the host did not sign this session id
[[nodiscard]] Result<void> verify_session_bind(const SessionBind& bind);

}  // namespace signet::ssh
