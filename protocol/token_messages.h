// The messages of org.signet.Token as types. What each member means stands in org.signet.Token.varlink and only there.
//
// parse_x() reads the parameters of a call or reply; x.encode() writes them. All errors of parse_x() are
// InvalidRequest, or LimitExceeded where a message is over its limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "json/value.h"
#include "protocol/key_policies.h"

namespace signet::protocol {

struct TokenKey {
  std::string id;
  std::string label;
  std::string algorithm;
  Bytes public_key;  ///< SubjectPublicKeyInfo, DER
  bool always_authenticate = false;
  std::optional<PinPolicy> pin_policy{};
  std::optional<TouchPolicy> touch_policy{};
  [[nodiscard]] json::Value encode() const;
};

enum class PinState : std::uint8_t { NotNeeded, Accepted, None, Incorrect, Locked, FinalTry };
[[nodiscard]] std::string_view pin_state_name(PinState state);

struct TokenInfoReply {
  std::string module;
  std::string label;
  std::string serial;
  std::string model;
  std::string manufacturer;
  PinState pin = PinState::None;
  std::optional<std::int64_t> tries{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenInfoReply> parse_token_info_reply(const json::Value& parameters);

struct TokenKeysReply {
  std::vector<TokenKey> keys;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenKeysReply> parse_token_keys_reply(const json::Value& parameters);

struct TokenGenerateRequest {
  std::string label;
  std::string id;
  std::string algorithm;
  std::optional<PinPolicy> pin_policy{};
  std::optional<TouchPolicy> touch_policy{};
  std::chrono::milliseconds deadline{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenGenerateRequest> parse_token_generate_request(const json::Value& parameters);
/// The reply to GenerateKey and to MakeSessionKey.
struct TokenGenerateReply {
  TokenKey key;
  std::optional<std::string> warning{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenGenerateReply> parse_token_generate_reply(const json::Value& parameters);

/// A whole message, for keys that hash it themselves (Ed25519); at most kMaxTokenMessage bytes.
struct TokenMessage {
  Bytes bytes;
};

/// What a key signs.
using TokenInput = std::variant<Digest, TokenMessage>;

struct TokenSignRequest {
  std::string id;
  Bytes public_key;
  TokenInput input;
  std::chrono::milliseconds deadline{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenSignRequest> parse_token_sign_request(const json::Value& parameters);

struct TokenSessionKeyRequest {
  std::string algorithm;
  std::chrono::milliseconds deadline{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenSessionKeyRequest> parse_token_session_key_request(const json::Value& parameters);

enum class SessionStep : std::uint8_t { Proof, Signature };

struct TokenSessionSignRequest {
  Bytes public_key;
  Digest digest;
  SessionStep step = SessionStep::Proof;
  std::chrono::milliseconds deadline{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenSessionSignRequest> parse_token_session_sign_request(const json::Value& parameters);

/// The reply to Sign and to SignWithSessionKey.
struct TokenSignReply {
  bool waiting = false;  ///< progress "waiting"
  std::optional<Bytes> signature{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenSignReply> parse_token_sign_reply(const json::Value& parameters);

}  // namespace signet::protocol
