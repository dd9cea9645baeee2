// One connection as the module's token sees it: its session and its keys.
#pragma once

#include <optional>
#include <vector>

#include "common/error.h"
#include "pkcs11/module/live_token.h"
#include "pkcs11/module/session.h"
#include "pkcs11/module/session_key.h"
#include "pkcs11/module/signing_key.h"
#include "pkcs11/serving/caller.h"

namespace signet::pkcs11 {

/// Used by the thread of its connection alone.
class Client {
 public:
  explicit Client(Caller& caller) : caller_(caller) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] Caller& caller() const { return caller_; }

  /// Forgets what is stale in this epoch: keys of another login (the session key, too), and the session of another
  /// opening, which is not closed because its number may belong to another one by now.
  void move_to(const Epoch& epoch);
  [[nodiscard]] bool is_of(const Epoch& epoch) const { return epoch_ == epoch; }

  [[nodiscard]] std::optional<Session>& session() { return session_; }
  /// The key, where it was found before.
  [[nodiscard]] const SigningKey* find_key(ByteView id, ByteView spki) const;
  const SigningKey& remember(SigningKey key);
  /// The key that was made for this connection's next signature.
  [[nodiscard]] std::optional<SessionKey>& session_key() { return session_key_; }
  /// Removes the session key from the session, where there is one.
  void destroy_session_key();
  /// The session is in the middle of something and good for nothing else. Closes it, and the session key ends with it.
  void drop_session();

 private:
  Caller& caller_;
  Epoch epoch_;
  std::optional<Session> session_;
  std::vector<SigningKey> keys_;
  std::optional<SessionKey> session_key_;
};

}  // namespace signet::pkcs11
