// OpenSSH's ssh-agent with the same token and key (draft-ietf-sshm-ssh-agent, RFC 9987): the peer that signet is
// measured against.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bench/rounds.h"
#include "sigstore/encoding/public_key.h"
#include "tests/support/process.h"
#include "tests/support/softhsm.h"
#include "tests/support/temporary_folder.h"

namespace signet::bench {

/// Serves when the constructor returns. Ends the program where OpenSSH does not take the token.
class SshAgent {
 public:
  SshAgent(const test::SoftHsm& token, const sigstore::PublicKey& key);

  /// A client that signs another 32 bytes each time.
  [[nodiscard]] Operation client() const;
  /// SSH_AUTH_SOCK.
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  /// The key as git's user.signingKey names it: "key::ecdsa-sha2-nistp256 …".
  [[nodiscard]] std::string signing_key() const;

 private:
  void add_token(const test::SoftHsm& token) const;

  test::TemporaryFolder folder_;
  std::string key_blob_;
  test::Process process_;
};

/// A client that has whichever SSH agent serves there list its keys; at least one is expected.
[[nodiscard]] Operation listing_client(const std::filesystem::path& socket);

}  // namespace signet::bench
