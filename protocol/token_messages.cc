#include "protocol/token_messages.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base64.h"
#include "json/fields.h"
#include "protocol/limits.h"
#include "protocol/names.h"

namespace signet::protocol {
namespace {

using json::Fields;
using json::UnknownFields;

constexpr std::array<std::string_view, 6> kPinStates = {"not_needed", "accepted", "none",
                                                        "incorrect",  "locked",   "final_try"};

constexpr std::array<std::string_view, 2> kSessionSteps = {"proof", "signature"};

// A span that is over is none to whoever reads it: he is asked all the same, and says himself that it is over.
std::int64_t encode_deadline(std::chrono::milliseconds deadline) { return std::max<std::int64_t>(1, deadline.count()); }

template <typename T>
Result<T> finished(Fields& fields, T value) {
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return value;
}

Result<TokenKey> parse_token_key(const json::Value& value) {
  Fields fields(value, "key", UnknownFields::Tolerate);
  TokenKey key;
  key.id = take_hex(fields, "id");
  key.label = fields.text("label");
  key.algorithm = fields.text("algorithm");
  key.public_key = fields.bytes("public_key");
  key.always_authenticate = fields.boolean("always_authenticate");
  key.pin_policy = take_optional_name<PinPolicy>(fields, "pin_policy", kPinPolicies);
  key.touch_policy = take_optional_name<TouchPolicy>(fields, "touch_policy", kTouchPolicies);
  return finished(fields, std::move(key));
}

void set_policies(json::Object& object, std::optional<PinPolicy> pin, std::optional<TouchPolicy> touch) {
  if (pin) object.set("pin_policy", pin_policy_name(*pin));
  if (touch) object.set("touch_policy", touch_policy_name(*touch));
}

Result<Digest> take_digest(Fields& fields) {
  const Bytes bytes = fields.bytes("digest");
  const auto algorithm = hash_from_name(fields.text("hash"));
  if (!algorithm) fields.refuse("hash", "is none of sha256, sha384 and sha512");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return Digest::make(*algorithm, bytes);
}

}  // namespace

std::string_view pin_state_name(PinState state) { return kPinStates.at(static_cast<std::size_t>(state)); }

json::Value TokenKey::encode() const {
  json::Object object{{"id", id},
                      {"label", label},
                      {"algorithm", algorithm},
                      {"public_key", encode_base64(public_key)},
                      {"always_authenticate", always_authenticate}};
  set_policies(object, pin_policy, touch_policy);
  return object;
}

json::Value TokenInfoReply::encode() const {
  json::Object object{{"module", module},
                      {"label", label},
                      {"serial", serial},
                      {"model", model},
                      {"manufacturer", manufacturer},
                      {"pin", pin_state_name(pin)}};
  if (tries) object.set("tries", *tries);
  return object;
}

Result<TokenInfoReply> parse_token_info_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Info", UnknownFields::Tolerate);
  TokenInfoReply reply;
  reply.module = fields.text("module");
  reply.label = fields.text("label");
  reply.serial = fields.text("serial");
  reply.model = fields.text("model");
  reply.manufacturer = fields.text("manufacturer");
  reply.pin = take_name<PinState>(fields, "pin", kPinStates);
  reply.tries = fields.optional_integer("tries");
  return finished(fields, std::move(reply));
}

json::Value TokenKeysReply::encode() const {
  json::Array array;
  for (const TokenKey& key : keys) array.push_back(key.encode());
  return json::Object{{"keys", std::move(array)}};
}

Result<TokenKeysReply> parse_token_keys_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Keys", UnknownFields::Tolerate);
  TokenKeysReply reply;
  for (const json::Value& value : fields.array("keys")) {
    auto key = parse_token_key(value);
    if (!key) return fail(std::move(key.error()));
    reply.keys.push_back(std::move(*key));
  }
  return finished(fields, std::move(reply));
}

json::Value TokenGenerateRequest::encode() const {
  json::Object object{{"label", label}, {"id", id}, {"algorithm", algorithm}};
  set_policies(object, pin_policy, touch_policy);
  object.set("deadline_ms", encode_deadline(deadline));
  return object;
}

Result<TokenGenerateRequest> parse_token_generate_request(const json::Value& parameters) {
  Fields fields(parameters, "GenerateKey");
  TokenGenerateRequest request;
  request.label = fields.text("label");
  request.id = take_hex(fields, "id");
  request.algorithm = fields.text("algorithm");
  request.pin_policy = take_optional_name<PinPolicy>(fields, "pin_policy", kPinPolicies);
  request.touch_policy = take_optional_name<TouchPolicy>(fields, "touch_policy", kTouchPolicies);
  request.deadline = take_deadline(fields, "deadline_ms", kMaxDeadline);
  return finished(fields, std::move(request));
}

json::Value TokenGenerateReply::encode() const {
  json::Object object{{"key", key.encode()}};
  if (warning) object.set("warning", *warning);
  return object;
}

Result<TokenGenerateReply> parse_token_generate_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to GenerateKey", UnknownFields::Tolerate);
  const json::Value& value = fields.value("key");
  auto warning = fields.optional_text("warning");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto key = parse_token_key(value);
  if (!key) return fail(std::move(key.error()));
  return TokenGenerateReply{.key = std::move(*key), .warning = std::move(warning)};
}

json::Value TokenSignRequest::encode() const {
  json::Object object{{"id", id}, {"public_key", encode_base64(public_key)}};
  if (const auto* digest = std::get_if<Digest>(&input)) {
    object.set("digest", encode_base64(digest->bytes()));
    object.set("hash", hash_name(digest->algorithm()));
  } else {
    object.set("message", encode_base64(std::get<TokenMessage>(input).bytes));
  }
  object.set("deadline_ms", encode_deadline(deadline));
  return object;
}

Result<TokenSignRequest> parse_token_sign_request(const json::Value& parameters) {
  Fields fields(parameters, "Sign");
  TokenSignRequest request{
      .id = take_hex(fields, "id"), .public_key = fields.bytes("public_key"), .input = TokenMessage{}};
  request.deadline = take_deadline(fields, "deadline_ms", kMaxDeadline);
  const bool has_digest = fields.has("digest");
  const bool has_hash = fields.has("hash");
  const auto message = fields.optional_bytes("message");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (has_digest == message.has_value() || has_digest != has_hash) {
    return fail(ErrorCode::InvalidRequest, "Sign: either digest with hash or message must be set, and not both");
  }
  if (message && message->size() > kMaxTokenMessage) {
    return fail(ErrorCode::LimitExceeded,
                "a message of " + std::to_string(message->size()) + " bytes; a token is given at most " +
                    std::to_string(kMaxTokenMessage),
                "sign something smaller, or use a key that signs digests");
  }
  if (message) {
    request.input = TokenMessage{*message};
    return request;
  }
  auto digest = take_digest(fields);
  if (!digest) return fail(std::move(digest.error()));
  request.input = std::move(*digest);
  return request;
}

json::Value TokenSessionKeyRequest::encode() const {
  return json::Object{{"algorithm", algorithm}, {"deadline_ms", encode_deadline(deadline)}};
}

Result<TokenSessionKeyRequest> parse_token_session_key_request(const json::Value& parameters) {
  Fields fields(parameters, "MakeSessionKey");
  TokenSessionKeyRequest request;
  request.algorithm = fields.text("algorithm");
  request.deadline = take_deadline(fields, "deadline_ms", kMaxDeadline);
  return finished(fields, std::move(request));
}

json::Value TokenSessionSignRequest::encode() const {
  return json::Object{{"public_key", encode_base64(public_key)},
                      {"digest", encode_base64(digest.bytes())},
                      {"hash", hash_name(digest.algorithm())},
                      {"step", kSessionSteps.at(static_cast<std::size_t>(step))},
                      {"deadline_ms", encode_deadline(deadline)}};
}

Result<TokenSessionSignRequest> parse_token_session_sign_request(const json::Value& parameters) {
  Fields fields(parameters, "SignWithSessionKey");
  Bytes public_key = fields.bytes("public_key");
  const auto step = take_name<SessionStep>(fields, "step", kSessionSteps);
  const auto deadline = take_deadline(fields, "deadline_ms", kMaxDeadline);
  auto digest = take_digest(fields);
  if (!digest) return fail(std::move(digest.error()));
  return TokenSessionSignRequest{
      .public_key = std::move(public_key), .digest = std::move(*digest), .step = step, .deadline = deadline};
}

json::Value TokenSignReply::encode() const {
  json::Object object;
  if (waiting) object.set("progress", "waiting");
  if (signature) object.set("signature", encode_base64(*signature));
  return object;
}

Result<TokenSignReply> parse_token_sign_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Sign", UnknownFields::Tolerate);
  TokenSignReply reply;
  reply.waiting = fields.optional_text("progress") == "waiting";
  reply.signature = fields.optional_bytes("signature");
  return finished(fields, std::move(reply));
}

}  // namespace signet::protocol
