// The public key that `signet key export` is asked for, as the agent tells it. Nothing is signed, and no PIN or touch
// is needed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/lib/agent_client.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::cli {

struct ExportedKey {
  sigstore::PublicKey key;
  std::string name;               ///< the identity, or what the token calls the key
  std::vector<std::string> sans;  ///< of the identities that use it, each once; those for ssh alone may have none
};

/// The key of an identity: from the agent's memory, and where the agent has not read it yet, from the tokens that are
/// there.
///
/// @param identity  its name; nothing: the one that a request gets which names nobody
/// @error IdentityNotFound  there is none of that name, or none stands for all; it lists those that there are
/// @error KeyUnsuitable     it makes a key for each signature
/// @error KeyNotFound       the key was not read yet and its token is not there, or it cannot be used: it says why
/// @error WorkerFailed      the agent told another key than the pinned one
/// @error those of the agent
[[nodiscard]] Result<ExportedKey> key_of_identity(client::AgentClient& agent,
                                                  const std::optional<std::string>& identity);

/// The one key on the tokens that has this fingerprint ("sha256:<hex>" of its SPKI, or OpenSSH's "SHA256:…"), or every
/// part of this PKCS#11 URI.
///
/// @error InvalidRequest  neither of the three forms, or as config::parse_key_uri()
/// @error KeyNotFound     no token that is there holds it, or the URI fits several keys
/// @error KeyUnsuitable   a key of a kind that is not used here
/// @error those of the agent
[[nodiscard]] Result<ExportedKey> key_on_token(client::AgentClient& agent, const std::string& which);

}  // namespace signet::cli
