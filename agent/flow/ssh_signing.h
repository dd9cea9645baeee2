// The signing flow of the SSH agent's socket: one login or signature, from an approval to a blob that was checked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/flow/request_places.h"
#include "agent/policy/item.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/public_key.h"
#include "ssh/signature.h"

namespace signet::agent {

struct SshOrder {
  Approval approval;
  std::string token;        ///< that holds the key
  sigstore::PublicKey key;  ///< the pinned one
  ssh::SignatureAlgorithm algorithm;
  Deadline deadline;
  /// Whether anything may be signed still, asked before the token is and before a signature leaves: a touch or a PIN
  /// may come long after somebody has locked the socket.
  std::function<Result<void>()> may_go_on;
};

class SshSigning {
 public:
  /// All must outlive it.
  SshSigning(RequestPlaces& places, AuditLog& audit, Tokens& tokens)
      : places_(places), audit_(audit), tokens_(tokens) {}

  /// Signs one item of Policy::decide_ssh(), when one of the user's places is free: as SigningFlow::sign() has it.
  ///
  /// @return  the signature's blob, verified under the key over the item's bytes (D2a)
  /// @error as Token::find_key(), Token::sign(); NotVerified, AuditUnavailable, RateLimited; what `may_go_on` said
  Awaitable<Result<Bytes>> sign(const SshOrder& order, Item item);

  /// Signatures handed out since the start.
  [[nodiscard]] std::int64_t handed_out() const { return handed_out_; }

 private:
  Awaitable<Result<Bytes>> make(const SshOrder& order, const Intent& intent, const Item& item);

  RequestPlaces& places_;
  AuditLog& audit_;
  Tokens& tokens_;
  std::int64_t handed_out_ = 0;
};

}  // namespace signet::agent
