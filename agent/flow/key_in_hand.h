// The key of one signature: the identity's own, found on its token, or one that is made there for this signature alone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/audit/audit_log.h"
#include "agent/tokens/token.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "config/configuration.h"
#include "sigstore/encoding/public_key.h"

namespace signet::agent {

/// Asks a token for one signature over a digest. What comes is not checked yet. Owns what it needs but the token.
using AskToken = std::function<Awaitable<Result<Bytes>>(const Intent& intent, const Digest& digest, Patience patience,
                                                        Attendance attendance)>;

struct KeyInHand {
  sigstore::PublicKey public_key;  ///< the pinned one, or the one that was made
  std::string token;
  bool backup = false;     ///< another one than the identity's first, whose token is not there
  bool ephemeral = false;  ///< good for one proof and one signature; it goes with the last copy of these functions
  AskToken prove;          ///< its possession, to the CA
  AskToken sign;
};

/// "by the backup key sha256:… on token safe", for a note in the audit log.
///
/// @param preposition  "by", "for"
[[nodiscard]] std::string backup_text(std::string_view preposition, const KeyInHand& key);

/// @param meant   one of the identity's keys (config::keys_of())
/// @param intent  the line in the audit log that says what is going to be signed
/// @param asker   asks for the PIN where making a key wants it
/// @error KeyUnsuitable  the key is of a kind that does not sign what the identity is for
/// @error as Token::find_key(), or Token::make_session_key() for an identity with `ephemeral`
Awaitable<Result<KeyInHand>> take_key(Tokens& tokens, const config::Identity& identity,
                                      const config::IdentityKey& meant, const Intent& intent, Deadline deadline,
                                      const PinAsker& asker);

}  // namespace signet::agent
