// The messages of org.signet.Agent as types. What each member means stands in org.signet.Agent.varlink and only there.
//
// parse_x() reads the parameters of a call or reply; x.encode() writes them. Requests refuse unknown members, replies
// tolerate them. All errors of parse_x() are InvalidRequest, or LimitExceeded where a count is over its limit.
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
#include "common/secret.h"
#include "json/value.h"
#include "protocol/key_policies.h"

namespace signet::protocol {

struct DigestContent {
  Digest digest;
};
struct StatementContent {
  Bytes statement;
};
struct GitContent {
  Bytes object;
};

struct Content {
  std::variant<DigestContent, StatementContent, GitContent> object;
  std::optional<std::string> name{};
};

enum class Output : std::uint8_t { Bundle, Cms, Raw };
enum class LogPolicy : std::uint8_t { Require, Queue, None };

[[nodiscard]] std::string_view output_name(Output output);
[[nodiscard]] std::string_view log_policy_name(LogPolicy policy);
[[nodiscard]] std::optional<LogPolicy> log_policy_from_name(std::string_view name);
/// "digest", "statement" or "git".
[[nodiscard]] std::string_view content_kind(const Content& content);

struct SignRequest {
  std::optional<std::string> identity{};
  std::vector<Content> items;
  Output output = Output::Bundle;
  std::optional<std::chrono::milliseconds> deadline{};
  bool continue_on_error = false;
  std::optional<LogPolicy> log{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<SignRequest> parse_sign_request(const json::Value& parameters);

enum class ProgressKind : std::uint8_t { Certificate, Signing, TouchNeeded, PinNeeded, Timestamp, Log, Logged };
[[nodiscard]] std::string_view progress_name(ProgressKind kind);

struct Progress {
  ProgressKind kind = ProgressKind::Signing;
  std::int64_t index = 0;
  std::string text;
  std::optional<std::int64_t> place{};
  std::optional<std::string> token{};
  std::optional<std::int64_t> tries{};
};

struct ItemResult {
  std::int64_t index = 0;
  std::optional<std::string> bundle{};
  std::optional<std::string> cms{};
  std::optional<Bytes> raw{};
  std::optional<Error> failure{};
  std::optional<std::string> identity{};
  std::optional<std::string> san{};
  std::optional<std::string> issuer{};
  std::optional<std::string> key{};
  std::optional<std::string> algorithm{};
  std::optional<std::string> token{};
  std::optional<std::string> log{};
  std::optional<std::int64_t> log_index{};
  std::optional<std::string> note{};
};

struct SignReply {
  std::optional<Progress> progress{};
  std::optional<ItemResult> result{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<SignReply> parse_sign_reply(const json::Value& parameters);

struct KeyInfo {
  std::string token;
  std::string label;
  std::string id;
  std::string algorithm;
  std::string uri;
  std::string fingerprint;
  std::string public_key;
  std::vector<std::string> identities;
  std::optional<std::vector<std::string>> signs{};
  std::optional<std::string> same_as{};
  [[nodiscard]] json::Value encode() const;
};
struct BackupInfo {
  std::string token;
  std::string key;
  std::string fingerprint;
  std::optional<std::string> problem{};
  [[nodiscard]] json::Value encode() const;
};
struct IdentityInfo {
  std::string name;
  std::string instance;
  std::string san;
  std::string issuer;
  std::vector<std::string> use;
  std::string log;
  std::string key;
  std::string fingerprint;
  std::optional<std::string> certificate_until{};
  std::optional<std::string> login_until{};
  std::optional<std::string> algorithm{};
  std::optional<std::string> digest{};
  bool ephemeral = false;
  std::optional<std::string> problem{};
  bool is_default = false;
  std::vector<BackupInfo> backup{};
  std::optional<std::string> public_key{};
  [[nodiscard]] json::Value encode() const;
};
struct TokenInfo {
  std::string name;
  std::string state;
  std::optional<std::string> problem{};
  std::optional<std::string> label{};
  std::optional<std::string> serial{};
  std::optional<std::string> model{};
  std::optional<std::string> pin{};
  std::optional<std::int64_t> tries{};
  std::optional<std::string> touch{};
  [[nodiscard]] json::Value encode() const;
};

struct IdentitiesReply {
  std::vector<IdentityInfo> identities;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<IdentitiesReply> parse_identities_reply(const json::Value& parameters);

struct KeysRequest {
  std::optional<std::string> token{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<KeysRequest> parse_keys_request(const json::Value& parameters);
struct KeysReply {
  std::vector<KeyInfo> keys;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<KeysReply> parse_keys_reply(const json::Value& parameters);

struct GenerateKeyRequest {
  std::string token;
  std::string label;
  std::optional<std::string> algorithm{};
  std::optional<std::string> id{};
  std::optional<PinPolicy> pin_policy{};
  std::optional<TouchPolicy> touch_policy{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<GenerateKeyRequest> parse_generate_key_request(const json::Value& parameters);
struct GenerateKeyReply {
  KeyInfo key;
  std::optional<std::string> warning{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<GenerateKeyReply> parse_generate_key_reply(const json::Value& parameters);

struct LoginRequest {
  std::optional<std::string> identity{};
  Secret id_token;
  /// The one message that carries a secret; whoever encodes it wipes the text.
  [[nodiscard]] json::Value encode() const;
};
/// Moves the token's text out of `parameters` (which then holds an empty string), so that no copy is left behind.
[[nodiscard]] Result<LoginRequest> parse_login_request(json::Value& parameters);
struct LoginReply {
  std::string identity;
  std::string san;
  std::string issuer;
  std::string until;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<LoginReply> parse_login_reply(const json::Value& parameters);

/// The parameters of EnterPin.
struct EnterPinRequest {
  std::string token;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<EnterPinRequest> parse_enter_pin_request(const json::Value& parameters);

struct LockRequest {
  std::optional<std::string> token{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<LockRequest> parse_lock_request(const json::Value& parameters);

struct LogoutRequest {
  std::optional<std::string> identity{};
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<LogoutRequest> parse_logout_request(const json::Value& parameters);

/// Of ReleaseToken and of ReacquireToken.
struct TokenRequest {
  std::string token;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<TokenRequest> parse_token_request(const json::Value& parameters, std::string_view method);

struct ReleaseReply {
  bool was_held = false;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<ReleaseReply> parse_release_reply(const json::Value& parameters);

struct StatusReply {
  std::string version;
  std::vector<std::string> features;
  std::int64_t pid = 0;
  std::int64_t uptime_s = 0;
  std::string config;
  std::optional<std::string> default_identity{};
  std::optional<std::string> ssh_socket{};
  bool ssh_locked = false;
  std::vector<TokenInfo> tokens;
  std::vector<IdentityInfo> identities;
  std::int64_t signatures = 0;
  std::int64_t certificates = 0;
  [[nodiscard]] json::Value encode() const;
};
[[nodiscard]] Result<StatusReply> parse_status_reply(const json::Value& parameters);

/// For methods without parameters: refuses any member.
[[nodiscard]] Result<void> parse_nothing(const json::Value& parameters, std::string_view method);

}  // namespace signet::protocol
