// A private key that stays on its token, and the one thing it can do: sign.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "common/bytes.h"
#include "common/error.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/keys/signature_scheme.h"
#include "pkcs11/module/object.h"
#include "pkcs11/module/session.h"

namespace signet::pkcs11 {

class SigningKey;

/// A signature that the token has been told of (C_SignInit, and the context-specific login where the key wants one) and
/// that awaits its data. Its session carries nothing else until finish(), and is good for nothing else where this
/// object goes without it.
class StartedSignature {
 public:
  /// One C_Sign, which may cost the user a touch. It returns when the token
  /// answers, however long that takes; the keeper ends the process where it takes too long. The signature is not
  /// checked here: the agent checks it under the pinned key.
  ///
  /// @return  as encode_signature()
  /// @error TouchTimeout  the token said no right after it had taken the PIN, or after it had waited: most likely
  ///                      nobody touched it
  /// @error PinRequired   the token said no at once: its login was lost, and nobody has been asked for a finger
  /// @error WorkerFailed  the module yields what is no signature
  /// @error any of return_values.h
  [[nodiscard]] Result<Bytes> finish() const;

 private:
  friend class SigningKey;
  StartedSignature(const Session& session, SignatureScheme scheme, bool after_login)
      : session_(&session), scheme_(std::move(scheme)), after_login_(after_login) {}

  const Session* session_;
  SignatureScheme scheme_;
  bool after_login_;
};

/// A handle and what is known of the key. Valid as long as the login under which it was found. A session carries one
/// signature at a time; one thread uses it at a time.
class SigningKey {
 public:
  /// Finds the private key with this CKA_ID whose public half is `spki`.
  ///
  /// @param id    CKA_ID
  /// @param spki  SubjectPublicKeyInfo, DER
  /// @error KeyNotFound    no key has this id, or another key has it; where nobody is logged in, the private half may
  ///                       be hidden
  /// @error any of return_values.h
  [[nodiscard]] static Result<SigningKey> find(const Session& session, ByteView id, ByteView spki);

  /// The private half of a pair that was made under this login.
  [[nodiscard]] static SigningKey of_pair(Object private_half, Bytes id, PublicKey key) {
    return {private_half, std::move(id), std::move(key), false};
  }

  /// CKA_ALWAYS_AUTHENTICATE: each signature needs the PIN anew (PIV slot 9C).
  [[nodiscard]] bool always_authenticate() const { return always_authenticate_; }
  [[nodiscard]] bool is(ByteView id, ByteView spki) const;

  /// How a key with always_authenticate() gets its PIN: calls C_Login(CKU_CONTEXT_SPECIFIC) on the session.
  using ContextLogin = std::function<Result<void>(const Session&)>;

  /// C_SignInit, and then the login where the key wants one. Nothing has been signed when this fails.
  ///
  /// @error KeyUnsuitable  as scheme_for(); nothing was sent to the token
  /// @error any of `log_in` and return_values.h
  [[nodiscard]] Result<StartedSignature> start(const Session& session, const SignInput& input,
                                               const ContextLogin& log_in) const;

 private:
  SigningKey(Object object, Bytes id, PublicKey key, bool always_authenticate)
      : object_(object), id_(std::move(id)), key_(std::move(key)), always_authenticate_(always_authenticate) {}

  Object object_;
  Bytes id_;
  PublicKey key_;
  bool always_authenticate_;
};

}  // namespace signet::pkcs11
