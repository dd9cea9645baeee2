// A key pair for one signature: made in the session of one connection, certified, used once, destroyed.
//
// It is a session object (CKA_TOKEN false): the token never stores it, and it ends with its session, whoever ends that.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/module/key_pair.h"
#include "pkcs11/module/session.h"
#include "pkcs11/module/signing_key.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// Valid as long as the session and the login under which it was made. One thread uses it at a time.
class SessionKey {
 public:
  /// @param session  of a logged-in user, where the token has a PIN
  /// @error as make_key_pair(), and any of return_values.h; nothing is left behind then
  [[nodiscard]] static Result<SessionKey> make(const Session& session, std::string_view algorithm);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] ByteView id() const { return id_; }

  /// C_SignInit for its proof of possession or for its one signature.
  ///
  /// @error KeyUnsuitable   the key is no longer good for this step, or as scheme_for()
  /// @error KeyNotFound     `spki` is another key's
  /// @error any of return_values.h
  [[nodiscard]] Result<StartedSignature> start(const Session& session,
                                               const protocol::TokenSessionSignRequest& request);

  /// Removes both halves from the session.
  void destroy(const Session& session) const { pkcs11::destroy(session, pair_); }

 private:
  SessionKey(KeyPair pair, Bytes id, PublicKey public_key);

  KeyPair pair_;
  Bytes id_;
  PublicKey public_key_;
  SigningKey private_half_;
  bool proven_ = false;
};

}  // namespace signet::pkcs11
