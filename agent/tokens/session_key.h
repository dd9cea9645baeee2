// A key pair that is made on a token for one signature and lives as long as this object: its worker destroys it with
// the connection on which it was made, at the latest.
#pragma once

#include <memory>
#include <string>

#include "agent/audit/audit_log.h"
#include "agent/tokens/token_client.h"
#include "common/awaitable.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/token_messages.h"
#include "sigstore/encoding/public_key.h"

namespace signet::agent {

class SessionKey {
 public:
  /// @param line  on which it was made
  SessionKey(std::unique_ptr<TokenClient::Line> line, sigstore::PublicKey public_key)
      : line_(std::move(line)), public_key_(std::move(public_key)) {}

  /// The one that the token showed when the key was made; what it signs is checked under it (D2a).
  [[nodiscard]] const sigstore::PublicKey& public_key() const { return public_key_; }

  /// The proof of possession, then the one signature; each once, which the worker sees to. Not checked here.
  ///
  /// @error the worker's
  Awaitable<Result<Bytes>> sign(const Intent& intent, protocol::SessionStep step, const Digest& digest,
                                Deadline deadline, OnWaiting on_waiting);

 private:
  std::unique_ptr<TokenClient::Line> line_;
  sigstore::PublicKey public_key_;
};

}  // namespace signet::agent
