// The messages of org.signet.Agent besides Sign.
#include "protocol/agent_messages.h"

#include <utility>

#include "json/fields.h"
#include "protocol/names.h"

namespace signet::protocol {
namespace {

using json::Fields;
using json::UnknownFields;

void set_if(json::Object& object, const char* name, const std::optional<std::string>& text) {
  if (text) object.set(name, *text);
}

template <typename T>
json::Value encode_all(const std::vector<T>& all) {
  json::Array array;
  array.reserve(all.size());
  for (const T& one : all) array.push_back(one.encode());
  return array;
}

// Decodes each element of an array member; the first error is recorded in `fields`.
template <typename T>
std::vector<T> take_all(Fields& fields, std::string_view member, Result<T> (*parse)(const json::Value&)) {
  std::vector<T> all;
  for (const json::Value& value : fields.array(member)) {
    auto one = parse(value);
    if (!one) {
      fields.adopt(std::move(one.error()));
      break;
    }
    all.push_back(std::move(*one));
  }
  return all;
}

template <typename T>
Result<T> finished(Fields& fields, T value) {
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return value;
}

Result<KeyInfo> parse_key(const json::Value& value) {
  Fields fields(value, "key", UnknownFields::Tolerate);
  KeyInfo key;
  key.token = fields.text("token");
  key.label = fields.text("label");
  key.id = fields.text("id");
  key.algorithm = fields.text("algorithm");
  key.uri = fields.text("uri");
  key.fingerprint = fields.text("fingerprint");
  key.public_key = fields.text("public_key");
  key.identities = fields.texts("identities");
  if (fields.has("signs")) key.signs = fields.texts("signs");
  key.same_as = fields.optional_text("same_as");
  return finished(fields, std::move(key));
}

Result<BackupInfo> parse_backup(const json::Value& value) {
  Fields fields(value, "backup", UnknownFields::Tolerate);
  BackupInfo backup;
  backup.token = fields.text("token");
  backup.key = fields.text("key");
  backup.fingerprint = fields.text("fingerprint");
  backup.problem = fields.optional_text("problem");
  return finished(fields, std::move(backup));
}

Result<IdentityInfo> parse_identity(const json::Value& value) {
  Fields fields(value, "identity", UnknownFields::Tolerate);
  IdentityInfo identity;
  identity.name = fields.text("name");
  identity.instance = fields.text("instance");
  identity.san = fields.text("san");
  identity.issuer = fields.text("issuer");
  identity.use = fields.texts("use");
  identity.log = fields.text("log");
  identity.key = fields.text("key");
  identity.fingerprint = fields.text("fingerprint");
  identity.certificate_until = fields.optional_text("certificate_until");
  identity.login_until = fields.optional_text("login_until");
  identity.algorithm = fields.optional_text("algorithm");
  identity.digest = fields.optional_text("digest");
  identity.problem = fields.optional_text("problem");
  identity.ephemeral = fields.optional_boolean("ephemeral").value_or(false);
  identity.is_default = fields.optional_boolean("is_default").value_or(false);
  if (fields.has("backup")) identity.backup = take_all<BackupInfo>(fields, "backup", parse_backup);
  identity.public_key = fields.optional_text("public_key");
  return finished(fields, std::move(identity));
}

Result<TokenInfo> parse_token(const json::Value& value) {
  Fields fields(value, "token", UnknownFields::Tolerate);
  TokenInfo token;
  token.name = fields.text("name");
  token.state = fields.text("state");
  token.problem = fields.optional_text("problem");
  token.label = fields.optional_text("label");
  token.serial = fields.optional_text("serial");
  token.model = fields.optional_text("model");
  token.pin = fields.optional_text("pin");
  token.tries = fields.optional_integer("tries");
  token.touch = fields.optional_text("touch");
  return finished(fields, std::move(token));
}

}  // namespace

json::Value KeyInfo::encode() const {
  json::Object object{{"token", token},
                      {"label", label},
                      {"id", id},
                      {"algorithm", algorithm},
                      {"uri", uri},
                      {"fingerprint", fingerprint},
                      {"public_key", public_key},
                      {"identities", encode_texts(identities)}};
  if (signs) object.set("signs", encode_texts(*signs));
  set_if(object, "same_as", same_as);
  return object;
}

json::Value BackupInfo::encode() const {
  json::Object object{{"token", token}, {"key", key}, {"fingerprint", fingerprint}};
  set_if(object, "problem", problem);
  return object;
}

json::Value IdentityInfo::encode() const {
  json::Object object{{"name", name},     {"instance", instance},      {"san", san},
                      {"issuer", issuer}, {"use", encode_texts(use)},  {"log", log},
                      {"key", key},       {"fingerprint", fingerprint}};
  set_if(object, "certificate_until", certificate_until);
  set_if(object, "login_until", login_until);
  set_if(object, "algorithm", algorithm);
  set_if(object, "digest", digest);
  set_if(object, "problem", problem);
  if (ephemeral) object.set("ephemeral", true);
  if (is_default) object.set("is_default", true);
  if (!backup.empty()) object.set("backup", encode_all(backup));
  set_if(object, "public_key", public_key);
  return object;
}

json::Value TokenInfo::encode() const {
  json::Object object{{"name", name}, {"state", state}};
  set_if(object, "problem", problem);
  set_if(object, "label", label);
  set_if(object, "serial", serial);
  set_if(object, "model", model);
  set_if(object, "pin", pin);
  if (tries) object.set("tries", *tries);
  set_if(object, "touch", touch);
  return object;
}

json::Value IdentitiesReply::encode() const { return json::Object{{"identities", encode_all(identities)}}; }

Result<IdentitiesReply> parse_identities_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Identities", UnknownFields::Tolerate);
  IdentitiesReply reply{.identities = take_all<IdentityInfo>(fields, "identities", parse_identity)};
  return finished(fields, std::move(reply));
}

json::Value KeysRequest::encode() const {
  json::Object object;
  set_if(object, "token", token);
  return object;
}

Result<KeysRequest> parse_keys_request(const json::Value& parameters) {
  Fields fields(parameters, "Keys");
  KeysRequest request{.token = fields.optional_text("token")};
  return finished(fields, std::move(request));
}

json::Value KeysReply::encode() const { return json::Object{{"keys", encode_all(keys)}}; }

Result<KeysReply> parse_keys_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Keys", UnknownFields::Tolerate);
  KeysReply reply{.keys = take_all<KeyInfo>(fields, "keys", parse_key)};
  return finished(fields, std::move(reply));
}

json::Value GenerateKeyRequest::encode() const {
  json::Object object{{"token", token}, {"label", label}};
  set_if(object, "algorithm", algorithm);
  set_if(object, "id", id);
  if (pin_policy) object.set("pin_policy", pin_policy_name(*pin_policy));
  if (touch_policy) object.set("touch_policy", touch_policy_name(*touch_policy));
  return object;
}

Result<GenerateKeyRequest> parse_generate_key_request(const json::Value& parameters) {
  Fields fields(parameters, "GenerateKey");
  GenerateKeyRequest request;
  request.token = fields.text("token");
  request.label = fields.text("label");
  request.algorithm = fields.optional_text("algorithm");
  if (fields.has("id")) request.id = take_hex(fields, "id");
  request.pin_policy = take_optional_name<PinPolicy>(fields, "pin_policy", kPinPolicies);
  request.touch_policy = take_optional_name<TouchPolicy>(fields, "touch_policy", kTouchPolicies);
  return finished(fields, std::move(request));
}

json::Value GenerateKeyReply::encode() const {
  json::Object object{{"key", key.encode()}};
  set_if(object, "warning", warning);
  return object;
}

Result<GenerateKeyReply> parse_generate_key_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to GenerateKey", UnknownFields::Tolerate);
  const json::Value& value = fields.value("key");
  auto warning = fields.optional_text("warning");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto key = parse_key(value);
  if (!key) return fail(std::move(key.error()));
  return GenerateKeyReply{.key = std::move(*key), .warning = std::move(warning)};
}

json::Value LoginRequest::encode() const {
  json::Object object;
  set_if(object, "identity", identity);
  object.set("id_token", id_token.reveal());
  return object;
}

Result<LoginRequest> parse_login_request(json::Value& parameters) {
  LoginRequest request;
  json::Object* object = parameters.as_object();
  json::Value* token = object == nullptr ? nullptr : object->find("id_token");
  if (token != nullptr && token->as_string() != nullptr) {
    request.id_token = Secret(std::move(*token->as_string()));
    *token->as_string() = std::string();
  }
  Fields fields(parameters, "Login");
  request.identity = fields.optional_text("identity");
  (void)fields.text("id_token");
  if (request.id_token.empty()) fields.refuse("id_token", "is empty");
  return finished(fields, std::move(request));
}

json::Value LoginReply::encode() const {
  return json::Object{{"identity", identity}, {"san", san}, {"issuer", issuer}, {"until", until}};
}

Result<LoginReply> parse_login_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Login", UnknownFields::Tolerate);
  LoginReply reply;
  reply.identity = fields.text("identity");
  reply.san = fields.text("san");
  reply.issuer = fields.text("issuer");
  reply.until = fields.text("until");
  return finished(fields, std::move(reply));
}

json::Value EnterPinRequest::encode() const { return json::Object{{"token", token}}; }

Result<EnterPinRequest> parse_enter_pin_request(const json::Value& parameters) {
  Fields fields(parameters, "EnterPin");
  EnterPinRequest request{.token = fields.text("token")};
  return finished(fields, std::move(request));
}

json::Value LockRequest::encode() const {
  json::Object object;
  set_if(object, "token", token);
  return object;
}

Result<LockRequest> parse_lock_request(const json::Value& parameters) {
  Fields fields(parameters, "Lock");
  LockRequest request{.token = fields.optional_text("token")};
  return finished(fields, std::move(request));
}

json::Value LogoutRequest::encode() const {
  json::Object object;
  set_if(object, "identity", identity);
  return object;
}

Result<LogoutRequest> parse_logout_request(const json::Value& parameters) {
  Fields fields(parameters, "Logout");
  LogoutRequest request{.identity = fields.optional_text("identity")};
  return finished(fields, std::move(request));
}

json::Value TokenRequest::encode() const { return json::Object{{"token", token}}; }

Result<TokenRequest> parse_token_request(const json::Value& parameters, std::string_view method) {
  Fields fields(parameters, std::string(method));
  TokenRequest request{.token = fields.text("token")};
  return finished(fields, std::move(request));
}

json::Value ReleaseReply::encode() const { return json::Object{{"was_held", was_held}}; }

Result<ReleaseReply> parse_release_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to ReleaseToken", UnknownFields::Tolerate);
  const ReleaseReply reply{.was_held = fields.boolean("was_held")};
  return finished(fields, reply);
}

json::Value StatusReply::encode() const {
  json::Object object{{"version", version},
                      {"features", encode_texts(features)},
                      {"pid", pid},
                      {"uptime_s", uptime_s},
                      {"config", config}};
  set_if(object, "default_identity", default_identity);
  set_if(object, "ssh_socket", ssh_socket);
  if (ssh_locked) object.set("ssh_locked", true);
  object.set("tokens", encode_all(tokens));
  object.set("identities", encode_all(identities));
  object.set("signatures", signatures);
  object.set("certificates", certificates);
  return object;
}

Result<StatusReply> parse_status_reply(const json::Value& parameters) {
  Fields fields(parameters, "reply to Status", UnknownFields::Tolerate);
  StatusReply reply;
  reply.version = fields.text("version");
  reply.features = fields.texts("features");
  reply.pid = fields.integer("pid");
  reply.uptime_s = fields.integer("uptime_s");
  reply.config = fields.text("config");
  reply.default_identity = fields.optional_text("default_identity");
  reply.ssh_socket = fields.optional_text("ssh_socket");
  reply.ssh_locked = fields.optional_boolean("ssh_locked").value_or(false);
  reply.tokens = take_all<TokenInfo>(fields, "tokens", parse_token);
  reply.identities = take_all<IdentityInfo>(fields, "identities", parse_identity);
  reply.signatures = fields.integer("signatures");
  reply.certificates = fields.integer("certificates");
  return finished(fields, std::move(reply));
}

Result<void> parse_nothing(const json::Value& parameters, std::string_view method) {
  return Fields(parameters, std::string(method)).finish();
}

}  // namespace signet::protocol
