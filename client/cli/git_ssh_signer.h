// The key with which git is to sign in SSH's format: which identity's it is, and how git and ssh-keygen write it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/error.h"

namespace signet::cli {

struct SshSigner {
  std::string identity;                ///< the agent's name for it
  std::string fingerprint;             ///< "sha256:<hex>" of its SPKI
  std::string key_line;                ///< "ecdsa-sha2-nistp256 AAAA… work"
  std::string allowed_signer;          ///< a line of an allowed_signers file: who, for git alone, and the key
  std::filesystem::path agent_socket;  ///< the agent's second socket, for SSH_AUTH_SOCK
};

/// Who a line of allowed_signers is to name: the identity's SAN, else git's user.email.
///
/// @error InvalidRequest  neither is there; or it is a pattern, which would stand for others, too
[[nodiscard]] Result<std::string> ssh_principal(const std::string& san, const std::optional<std::string>& address);

/// @param identity  its name; nothing: the one with use ssh whose SAN is the address, else the only one with use ssh,
///                  else the default one
/// @param address   git's user.email: who signs, where the identity has no SAN
/// @error IdentityNotFound  there is none of that name, or several could be meant; it lists those with use ssh
/// @error KeyUnsuitable     it is not for ssh
/// @error InvalidRequest    as ssh_principal()
/// @error NotBuiltYet       an agent without a socket for ssh
/// @error as key_of_identity()
[[nodiscard]] Result<SshSigner> ssh_signer(const std::optional<std::string>& identity,
                                           const std::optional<std::string>& address);

/// True where SSH_AUTH_SOCK leads to that socket.
[[nodiscard]] bool ssh_finds(const std::filesystem::path& socket);

}  // namespace signet::cli
