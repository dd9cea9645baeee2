// The keys that the SSH agent's socket shows: those of the identities with use "ssh", as far as they are known without
// asking a token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/flow/key_check.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/digest.h"
#include "common/time.h"
#include "config/configuration.h"
#include "sigstore/encoding/public_key.h"

namespace signet::agent {

struct SshKey {
  const config::Identity* identity;
  std::string token;  ///< that holds it
  sigstore::PublicKey key;
  Bytes blob;
  /// "work (me@example.org) token desk".
  [[nodiscard]] std::string comment() const;
};

/// All must outlive it. One thread.
class SshKeys {
 public:
  SshKeys(const config::Configuration& configuration, Tokens& tokens, KeyCheck& key_check);

  /// The keys in the order of the configuration. A token that was not there when its keys were to be read is asked
  /// anew, in the background: this waits for that a moment and no longer, and never for one that is being asked
  /// already, for a PIN or for a touch. While any token signs, somebody may be about to touch it: then this waits for
  /// none.
  Awaitable<std::vector<SshKey>> list();

  /// The key with that blob among those of list().
  [[nodiscard]] std::optional<SshKey> find(ByteView blob) const;

  /// Whether an identity with use "ssh" pins the key with that blob: it is ours, known or not.
  [[nodiscard]] bool is_ours(ByteView blob) const;

 private:
  [[nodiscard]] std::vector<SshKey> known() const;
  [[nodiscard]] std::vector<Digest> unseen() const;  // pins of keys that no token has shown
  [[nodiscard]] bool look_again();
  [[nodiscard]] bool somebody_signs() const;

  const config::Configuration& configuration_;
  Tokens& tokens_;
  KeyCheck& key_check_;
  Deadline first_look_;  // who has just started the agent wants to know all that it will know in a moment
};

}  // namespace signet::agent
