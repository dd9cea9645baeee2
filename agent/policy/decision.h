// What the policy said to one request, and why. A value that only policy/ can make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "config/configuration.h"
#include "protocol/peer.h"

namespace signet::agent {

/// What a request is about. Certificate is never asked for by itself: it is what a Sign may need on the way. Connect is
/// all that is known of somebody who is turned away before he has asked.
enum class Operation : std::uint8_t {
  Sign,
  Certificate,
  GenerateKey,
  Login,
  Logout,
  EnterPin,
  Lock,
  SshLock,
  SshUnlock,
  ReleaseToken,
  ReacquireToken,
  Identities,
  Keys,
  Status,
  Connect
};

/// "sign", "certificate", "generate_key" and so on: the spelling of the audit log.
[[nodiscard]] std::string_view operation_name(Operation operation);

class Decision {
 public:
  [[nodiscard]] bool allowed() const { return !refusal_.has_value(); }
  /// Why not; nothing where it is allowed.
  [[nodiscard]] const std::optional<Error>& refusal() const { return refusal_; }
  /// The rule that decided, for the record.
  [[nodiscard]] const std::string& why() const { return why_; }
  /// What whoever asked should know of it where it is allowed: which identity was taken for a committer who has none.
  [[nodiscard]] const std::optional<std::string>& note() const { return note_; }
  /// Names the request in every line of the audit log that belongs to it: 16 hexadecimal digits.
  [[nodiscard]] const std::string& request() const { return request_; }
  [[nodiscard]] Operation operation() const { return operation_; }
  [[nodiscard]] const protocol::Peer& peer() const { return peer_; }
  /// The identity that it is about, part of the configuration; null where it is about none.
  [[nodiscard]] const config::Identity* identity() const { return identity_; }

 private:
  friend class Policy;
  Decision(Operation operation, protocol::Peer peer);

  std::string request_;
  Operation operation_;
  protocol::Peer peer_;
  const config::Identity* identity_ = nullptr;
  std::optional<Error> refusal_;
  std::string why_;
  std::optional<std::string> note_;
};

}  // namespace signet::agent
