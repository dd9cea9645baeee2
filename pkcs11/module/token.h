// What a client can ask of the token: who are you, which keys, make one, sign.
#pragma once

#include <optional>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "pkcs11/module/client.h"
#include "pkcs11/module/live_token.h"
#include "pkcs11/serving/last_answer.h"
#include "pkcs11/serving/turn.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// One for the whole process; its methods may be called by the threads of several connections, each with its own
/// client. All of them may fail with Deadline and Cancelled (turn.h) and with the errors of live_token.h and
/// return_values.h.
class Token {
 public:
  Token(Options options, KeeperLink& link);

  /// Opens the token and logs in, as far as that is possible, to say how it stands. Where the token is at work for
  /// somebody else, the answer is the one of the last time.
  [[nodiscard]] Result<protocol::TokenInfoReply> info(Client& client, Deadline deadline);

  /// The key pairs whose public half can be read. Where no PIN lets us log in, private halves may be hidden, and the
  /// public ones are listed alone. Where the token is at work for somebody else, as of the last time.
  [[nodiscard]] Result<std::vector<protocol::TokenKey>> keys(Client& client, Deadline deadline);

  /// @error InvalidRequest  the id is in use, or empty
  /// @error KeyUnsuitable   as make_key_pair(), or policies are asked for, which PKCS#11 does not know
  [[nodiscard]] Result<protocol::TokenKey> generate(Client& client, const protocol::TokenGenerateRequest& request,
                                                    Deadline deadline);

  /// One signature: one C_SignInit and one C_Sign. What can be put right before the token has been asked is put right
  /// (a stale session, a lost login), also where the token itself says at once that its login was lost; afterwards
  /// nothing is repeated.
  ///
  /// @return  as StartedSignature::finish()
  [[nodiscard]] Result<Bytes> sign(Client& client, const protocol::TokenSignRequest& request, Deadline deadline);

  /// Makes the key pair of this connection's next signature.
  ///
  /// @error InvalidRequest  the connection has one that was not used yet
  /// @error KeyUnsuitable   as make_key_pair()
  [[nodiscard]] Result<protocol::TokenKey> make_session_key(Client& client,
                                                            const protocol::TokenSessionKeyRequest& request,
                                                            Deadline deadline);

  /// The session key's proof of possession, or its one signature, after which it is destroyed whatever came of it.
  ///
  /// @return  as StartedSignature::finish()
  /// @error KeyNotFound  the connection has no session key (any more), or `request` means another one
  /// @error as SessionKey::start()
  [[nodiscard]] Result<Bytes> sign_with_session_key(Client& client, const protocol::TokenSessionSignRequest& request,
                                                    Deadline deadline);

  /// The process is about to end: gives the token back, where nobody is using it. Whoever holds what is returned keeps
  /// everybody from it.
  [[nodiscard]] Turns::Alone close();

  /// The connection ends: closes its session, and destroys its session key.
  void leave(Client& client);

 private:
  struct Task {
    Bytes id;
    ByteView spki;
    const SignInput& input;
    Deadline deadline;
  };
  /// Nothing where the key is not at hand, or the token must be put right first.
  [[nodiscard]] std::optional<Result<Bytes>> sign_side_by_side(Client& client, const Task& task);
  [[nodiscard]] Result<Bytes> sign_alone(Client& client, const Task& task);
  /// Opens the token and a session of the client's own, where that is not done yet.
  [[nodiscard]] Result<void> open_for(Client& client);
  [[nodiscard]] Result<const SigningKey*> prepare(Client& client, const Task& task);
  [[nodiscard]] Result<StartedSignature> start(Client& client, const SigningKey& key, const Task& task);
  [[nodiscard]] Result<Bytes> finish(Client& client, const StartedSignature& started);
  /// What the failure means for the next operation; the client's session may be in the middle of something.
  Cure take_note(Client& client, const Error& error);
  [[nodiscard]] Result<void> open_and_log_in();
  /// The same, where a login that fails for want of a PIN is no failure.
  [[nodiscard]] Result<void> open_and_try_to_log_in();
  [[nodiscard]] protocol::TokenInfoReply describe() const;

  bool is_card_;  // behind PC/SC
  LiveToken live_;
  Turns turns_;
  LastAnswer<protocol::TokenInfoReply> info_;
  LastAnswer<std::vector<protocol::TokenKey>> keys_;
};

}  // namespace signet::pkcs11
