// What a key may do over SSH, for whom and to which host: an identity's rules, held against what is known of a
// connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/policy/item.h"
#include "common/bytes.h"
#include "common/error.h"
#include "config/configuration.h"
#include "sigstore/encoding/public_key.h"
#include "ssh/signature.h"

namespace signet::agent {

/// Where a connection of the SSH agent's socket comes from and which session it is for, as far as that was proven
/// (session-bind@openssh.com). Each hop is a host that has signed its session's id.
struct SshOrigin {
  struct Hop {
    sigstore::PublicKey host_key;
    Bytes session_id;
    bool is_forwarding = false;  ///< the agent is reachable from that host, rather than logging in to it
  };
  std::vector<Hop> hops{};   ///< the last one is the session that a login belongs to
  bool bind_failed = false;  ///< somebody tried to say where it comes from, and could not prove it

  /// True where the one who asks may sit at another host.
  [[nodiscard]] bool is_remote() const;
};

/// One sign request of the SSH agent's socket.
struct SshWish {
  const config::Identity& identity;
  const sigstore::PublicKey& key;                    ///< the one that is asked for, of that identity
  const Result<ssh::SignatureAlgorithm>& algorithm;  ///< that its flags mean (ssh::signature_algorithm_for())
  const SshOrigin& origin;
};

/// Whether that identity's keys are shown to that connection.
///
/// @error NotAuthorized  it comes from another host, and the identity is not for that
[[nodiscard]] Result<void> check_ssh_origin(const config::Identity& identity, const SshOrigin& origin);

/// @error NotAuthorized   namespace, logins, hosts or origin: the identity's rules say no; the remedy says which
/// @error InvalidRequest  a login that is of another key, session or algorithm than the request; or as
///                        ssh::signature_algorithm_for()
[[nodiscard]] Result<void> check_ssh(const SshWish& wish, const Item& item);

/// The item's summary with what is known of where a login goes: "ssh login to github.com (SHA256:…) as user "git"".
[[nodiscard]] std::string ssh_summary(const Item& item, const config::Identity* identity, const SshOrigin& origin);

}  // namespace signet::agent
