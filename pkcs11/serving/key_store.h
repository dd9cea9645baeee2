// What stands behind org.signet.Token: one token, whichever way it is reached. What each method means stands in
// protocol/org.signet.Token.varlink.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "pkcs11/serving/caller.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// One connection's part of a key store, used by the thread of that connection alone. Its end is the end of whatever
/// belonged to that connection.
class Visit {
 public:
  Visit() = default;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  virtual ~Visit() = default;

  [[nodiscard]] virtual Result<protocol::TokenInfoReply> info(Deadline deadline) = 0;
  [[nodiscard]] virtual Result<std::vector<protocol::TokenKey>> keys(Deadline deadline) = 0;
  [[nodiscard]] virtual Result<protocol::TokenGenerateReply> generate(const protocol::TokenGenerateRequest& request,
                                                                      Deadline deadline) = 0;
  [[nodiscard]] virtual Result<Bytes> sign(const protocol::TokenSignRequest& request, Deadline deadline) = 0;
  [[nodiscard]] virtual Result<protocol::TokenKey> make_session_key(const protocol::TokenSessionKeyRequest& request,
                                                                    Deadline deadline) = 0;
  [[nodiscard]] virtual Result<Bytes> sign_with_session_key(const protocol::TokenSessionSignRequest& request,
                                                            Deadline deadline) = 0;
};

/// One for the whole process; outlives all visits.
class KeyStore {
 public:
  KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  virtual ~KeyStore() = default;

  /// The program's name, as org.varlink.service tells it.
  [[nodiscard]] virtual std::string_view product() const = 0;
  /// Any thread.
  ///
  /// @param caller  outlives the visit
  [[nodiscard]] virtual std::unique_ptr<Visit> receive(Caller& caller) = 0;
  /// The process is about to end: gives the token back where nobody is using it, and keeps everybody from it after
  /// that. What is held there may outlast us: a TPM's sessions do, and a card whose user vanishes is reset.
  virtual void close() = 0;
};

}  // namespace signet::pkcs11
