// Every message of both interfaces against its golden file: what is written today is what was written before, and what
// was written before is still read.
#include "tests/unit/protocol/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>

#include "common/file.h"
#include "json/reader.h"
#include "json/writer.h"
#include "protocol/agent_messages.h"
#include "protocol/interfaces.h"
#include "protocol/token_messages.h"
#include "protocol/varlink.h"

namespace signet::protocol {
namespace {

struct Sample {
  std::string name;  ///< of the golden file
  std::string method;
  bool is_call = true;
  bool more = false;  ///< calls: more; replies: continues
  bool upgrade = false;
  json::Value parameters;
  std::function<Result<json::Value>(json::Value&)> again;  ///< reads parameters and writes them anew
};

template <typename T, typename Parse>
std::function<Result<json::Value>(json::Value&)> reading(Parse parse) {
  return [parse](json::Value& parameters) -> Result<json::Value> {
    Result<T> value = parse(parameters);
    if (!value) return fail(std::move(value.error()));
    return value->encode();
  };
}

template <typename T, typename Parse>
Sample call(std::string name, std::string method, const T& request, Parse parse, bool more = false) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = true,
          .more = more,
          .parameters = request.encode(),
          .again = reading<T>(parse)};
}

template <typename T, typename Parse>
Sample reply(std::string name, std::string method, const T& value, Parse parse, bool continues = false) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = false,
          .more = continues,
          .parameters = value.encode(),
          .again = reading<T>(parse)};
}

// A call or reply without any member.
Sample nothing(std::string name, std::string method, bool is_call) {
  return {.name = std::move(name),
          .method = std::move(method),
          .is_call = is_call,
          .more = false,
          .parameters = json::Object{},
          .again = [](json::Value& parameters) -> Result<json::Value> {
            if (auto none = parse_nothing(parameters, "nothing"); !none) return fail(std::move(none.error()));
            return json::Value(json::Object{});
          }};
}

std::string text_of_sample(const Sample& sample, std::string_view interface) {
  std::string text = sample.is_call
                         ? encode_call({.method = std::string(interface) + "." + sample.method,
                                        .parameters = sample.parameters,
                                        .more = sample.more,
                                        .upgrade = sample.upgrade})
                         : encode_reply({.parameters = sample.parameters, .continues = sample.more, .error = {}});
  text.pop_back();  // the NUL
  return text;
}

const Digest kDigest = Digest::from_sha256({0x01, 0x02, 0x03});

ItemResult result_with(std::int64_t index) {
  return {.index = index,
          .identity = "work",
          .san = "jane@example.org",
          .issuer = "https://issuer.example",
          .key = "sha256:0a1b",
          .token = "desk",
          .log = "log.example",
          .log_index = 7};
}

SignRequest sign_request(Content content, Output output) {
  SignRequest request{.items = {}, .output = output};
  request.items.push_back(std::move(content));
  return request;
}

SignRequest full_sign_request() {
  SignRequest request = sign_request({.object = DigestContent{kDigest}, .name = "app.tar.gz"}, Output::Bundle);
  request.items.push_back({.object = StatementContent{to_bytes(R"({"_type":"x"})")}});
  request.identity = "work";
  request.deadline = std::chrono::milliseconds(90'000);
  request.continue_on_error = true;
  request.log = LogPolicy::Require;
  return request;
}

std::vector<Sample> sign_samples() {
  std::vector<Sample> all;
  all.push_back(call("Sign-call", "Sign", full_sign_request(), parse_sign_request, true));
  all.push_back(call("Sign-call-git", "Sign", sign_request({.object = GitContent{to_bytes("tree x\n")}}, Output::Cms),
                     parse_sign_request));
  all.push_back(
      call("Sign-call-raw", "Sign", sign_request({.object = DigestContent{kDigest}}, Output::Raw), parse_sign_request));
  SignReply progress{.progress = Progress{.kind = ProgressKind::TouchNeeded, .index = 0, .text = "touch the key"}};
  all.push_back(reply("Sign-reply-progress", "Sign", progress, parse_sign_reply, true));
  SignReply place{.progress = Progress{.kind = ProgressKind::Signing, .text = "place 2 in the queue", .place = 2}};
  all.push_back(reply("Sign-reply-place", "Sign", place, parse_sign_reply, true));
  SignReply pin{.progress = Progress{.kind = ProgressKind::PinNeeded, .text = "PIN", .token = "desk", .tries = 2}};
  all.push_back(reply("Sign-reply-pin", "Sign", pin, parse_sign_reply, true));
  SignReply bundle{.result = result_with(0)};
  bundle.result->bundle = R"({"mediaType":"x"})";
  all.push_back(reply("Sign-reply-bundle", "Sign", bundle, parse_sign_reply));
  SignReply cms{.result = result_with(0)};
  cms.result->cms = "-----BEGIN SIGNED MESSAGE-----\nMIIH\n-----END SIGNED MESSAGE-----\n";
  all.push_back(reply("Sign-reply-cms", "Sign", cms, parse_sign_reply));
  SignReply noted = bundle;
  noted.result->note = "token desk is not there: signed by the backup, token safe";
  all.push_back(reply("Sign-reply-note", "Sign", noted, parse_sign_reply));
  SignReply kind = bundle;
  kind.result->algorithm = "p256";
  all.push_back(reply("Sign-reply-algorithm", "Sign", kind, parse_sign_reply));
  SignReply raw{.result = ItemResult{.index = 0, .raw = Bytes{0x30, 0x06}, .identity = "work", .key = "sha256:0a1b"}};
  all.push_back(reply("Sign-reply-raw", "Sign", raw, parse_sign_reply));
  SignReply failure{.result = ItemResult{.index = 1}};
  failure.result->failure = Error{.code = ErrorCode::TouchTimeout,
                                  .what = "nobody touched desk",
                                  .remedy = "touch it",
                                  .context = {"signing app.tar.gz"}};
  all.push_back(reply("Sign-reply-failure", "Sign", failure, parse_sign_reply));
  return all;
}

KeyInfo key_info() {
  return {.token = "desk",
          .label = "release",
          .id = "01",
          .algorithm = "p256",
          .uri = "pkcs11:token=desk;id=%01;type=private",
          .fingerprint = "sha256:0a1b",
          .public_key = "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
          .identities = {"work"}};
}

IdentityInfo identity_info() {
  return {.name = "work",
          .instance = "sandbox",
          .san = "jane@example.org",
          .issuer = "https://issuer.example",
          .use = {"git", "blob"},
          .log = "require",
          .key = "pkcs11:token=desk;id=%01",
          .fingerprint = "sha256:0a1b",
          .certificate_until = "2026-01-31T12:00:00Z",
          .login_until = "2026-02-01T12:00:00Z"};
}

// What came after the first version.
KeyInfo key_info_with_uses() {
  KeyInfo key = key_info();
  key.signs = {"git", "blob", "statement"};
  return key;
}

KeyInfo key_info_of_a_view() {
  KeyInfo key = key_info_with_uses();
  key.token = "mirror";
  key.same_as = "desk";
  return key;
}

IdentityInfo identity_info_with_backup() {
  IdentityInfo identity = identity_info();
  identity.backup.push_back({.token = "safe", .key = "pkcs11:token=safe;id=%01", .fingerprint = "sha256:0c1d"});
  identity.backup.push_back(
      {.token = "bank", .key = "", .fingerprint = "sha256:0e1f", .problem = "another key stands in its place"});
  return identity;
}

IdentityInfo identity_info_with_public_key() {
  IdentityInfo identity = identity_info();
  identity.public_key = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n";
  return identity;
}

IdentityInfo identity_info_with_key() {
  IdentityInfo identity = identity_info();
  identity.algorithm = "p384";
  identity.digest = "sha384";
  identity.problem = "another key stands in its place";
  identity.ephemeral = true;
  identity.is_default = true;
  return identity;
}

StatusReply status_reply() {
  StatusReply status{.version = "0.1.0",
                     .features = {},
                     .pid = 4242,
                     .uptime_s = 7,
                     .config = "/home/jane/.config/signet/config.toml",
                     .default_identity = "work",
                     .tokens = {},
                     .identities = {identity_info()},
                     .signatures = 3,
                     .certificates = 1};
  status.tokens.push_back({.name = "desk", .state = "ready", .label = "desk", .serial = "0001", .model = "SoftHSM v2"});
  status.tokens.push_back({.name = "vault", .state = "absent", .problem = "not plugged in"});
  return status;
}

std::vector<Sample> agent_samples() {
  std::vector<Sample> all = sign_samples();
  all.push_back(nothing("Identities-call", "Identities", true));
  all.push_back(reply("Identities-reply", "Identities", IdentitiesReply{{identity_info()}}, parse_identities_reply));
  all.push_back(
      reply("Identities-reply-key", "Identities", IdentitiesReply{{identity_info_with_key()}}, parse_identities_reply));
  all.push_back(reply("Identities-reply-backup", "Identities", IdentitiesReply{{identity_info_with_backup()}},
                      parse_identities_reply));
  all.push_back(reply("Identities-reply-public-key", "Identities", IdentitiesReply{{identity_info_with_public_key()}},
                      parse_identities_reply));
  all.push_back(reply("Keys-reply-view", "Keys", KeysReply{{key_info_of_a_view()}}, parse_keys_reply));
  all.push_back(reply("Keys-reply-signs", "Keys", KeysReply{{key_info_with_uses()}}, parse_keys_reply));
  all.push_back(call("Keys-call", "Keys", KeysRequest{.token = "desk"}, parse_keys_request));
  all.push_back(reply("Keys-reply", "Keys", KeysReply{{key_info()}}, parse_keys_reply));
  all.push_back(call("GenerateKey-call", "GenerateKey",
                     GenerateKeyRequest{.token = "desk", .label = "release", .algorithm = "p256", .id = "01"},
                     parse_generate_key_request));
  all.push_back(reply("GenerateKey-reply", "GenerateKey", GenerateKeyReply{key_info()}, parse_generate_key_reply));
  all.push_back(call("GenerateKey-call-policies", "GenerateKey",
                     GenerateKeyRequest{.token = "card",
                                        .label = "slot 9c",
                                        .algorithm = "p256",
                                        .id = "9c",
                                        .pin_policy = PinPolicy::Once,
                                        .touch_policy = TouchPolicy::Cached},
                     parse_generate_key_request));
  all.push_back(reply("GenerateKey-reply-warning", "GenerateKey",
                      GenerateKeyReply{.key = key_info(), .warning = "the factory's management key"},
                      parse_generate_key_reply));
  LoginRequest login{.identity = "work", .id_token = {}};
  login.id_token = Secret(std::string("header.payload.signature"));
  all.push_back(call("Login-call", "Login", login, parse_login_request));
  all.push_back(reply("Login-reply", "Login",
                      LoginReply{.identity = "work",
                                 .san = "jane@example.org",
                                 .issuer = "https://issuer.example",
                                 .until = "2026-02-01T12:00:00Z"},
                      parse_login_reply));
  all.push_back(call("EnterPin-call", "EnterPin", EnterPinRequest{.token = "desk"}, parse_enter_pin_request));
  all.back().upgrade = true;
  all.push_back(nothing("EnterPin-reply", "EnterPin", false));
  all.push_back(call("Lock-call", "Lock", LockRequest{.token = "desk"}, parse_lock_request));
  all.push_back(nothing("Lock-reply", "Lock", false));
  all.push_back(call("Logout-call", "Logout", LogoutRequest{.identity = "work"}, parse_logout_request));
  all.push_back(nothing("Logout-reply", "Logout", false));
  for (const char* method : {"ReleaseToken", "ReacquireToken"}) {
    const std::string name = method;
    const auto parse = [name](const json::Value& value) { return parse_token_request(value, name); };
    all.push_back(call((name + "-call").c_str(), method, TokenRequest{.token = "desk"}, parse));
  }
  all.push_back(reply("ReleaseToken-reply", "ReleaseToken", ReleaseReply{.was_held = true}, parse_release_reply));
  all.push_back(nothing("ReacquireToken-reply", "ReacquireToken", false));
  all.push_back(nothing("Status-call", "Status", true));
  all.push_back(reply("Status-reply", "Status", status_reply(), parse_status_reply));
  StatusReply waiting = status_reply();
  waiting.tokens[0].touch = "to sign commit 1f2e \"Fix the build\" as jane@example.org; asked by git (process 4711)";
  all.push_back(reply("Status-reply-touch", "Status", waiting, parse_status_reply));
  StatusReply with_pins = status_reply();
  with_pins.tokens.front().pin = "incorrect";
  with_pins.tokens.front().tries = 2;
  all.push_back(reply("Status-reply-pins", "Status", with_pins, parse_status_reply));
  StatusReply with_ssh = status_reply();
  with_ssh.ssh_socket = "/run/user/1000/signet/ssh.sock";
  all.push_back(reply("Status-reply-ssh", "Status", with_ssh, parse_status_reply));
  with_ssh.ssh_locked = true;
  all.push_back(reply("Status-reply-ssh-locked", "Status", with_ssh, parse_status_reply));
  return all;
}

std::vector<Sample> token_samples() {
  const TokenKey key{.id = "01", .label = "release", .algorithm = "p256", .public_key = {0x30, 0x59}};
  const std::chrono::milliseconds time(20'000);
  std::vector<Sample> all;
  all.push_back(nothing("Info-call", "Info", true));
  all.push_back(reply("Info-reply", "Info",
                      TokenInfoReply{.module = "SoftHSM 2.6",
                                     .label = "desk",
                                     .serial = "0001",
                                     .model = "SoftHSM v2",
                                     .manufacturer = "SoftHSM project",
                                     .pin = PinState::Accepted},
                      parse_token_info_reply));
  all.push_back(reply("Info-reply-tries", "Info",
                      TokenInfoReply{.module = "PIV over PC/SC",
                                     .label = "PIV",
                                     .serial = "12345678",
                                     .model = "YubiKey 5",
                                     .manufacturer = "",
                                     .pin = PinState::None,
                                     .tries = 3},
                      parse_token_info_reply));
  all.push_back(nothing("Keys-call", "Keys", true));
  all.push_back(reply("Keys-reply", "Keys", TokenKeysReply{{key}}, parse_token_keys_reply));
  const TokenKey card_key{.id = "9c",
                          .label = "digital signature (slot 9c)",
                          .algorithm = "p256",
                          .public_key = {0x30, 0x59},
                          .always_authenticate = true,
                          .pin_policy = PinPolicy::Always,
                          .touch_policy = TouchPolicy::Cached};
  all.push_back(reply("Keys-reply-policies", "Keys", TokenKeysReply{{card_key}}, parse_token_keys_reply));
  all.push_back(call("GenerateKey-call-policies", "GenerateKey",
                     TokenGenerateRequest{.label = "slot 9c",
                                          .id = "9c",
                                          .algorithm = "p256",
                                          .pin_policy = PinPolicy::Once,
                                          .touch_policy = TouchPolicy::Always,
                                          .deadline = time},
                     parse_token_generate_request));
  all.push_back(reply("GenerateKey-reply-warning", "GenerateKey",
                      TokenGenerateReply{.key = card_key, .warning = "the factory's management key"},
                      parse_token_generate_reply));
  all.push_back(call("GenerateKey-call", "GenerateKey",
                     TokenGenerateRequest{.label = "release", .id = "01", .algorithm = "p256", .deadline = time},
                     parse_token_generate_request));
  all.push_back(reply("GenerateKey-reply", "GenerateKey", TokenGenerateReply{key}, parse_token_generate_reply));
  all.push_back(call("Sign-call-digest", "Sign",
                     TokenSignRequest{.id = "01", .public_key = {0x30, 0x59}, .input = kDigest, .deadline = time},
                     parse_token_sign_request, true));
  all.push_back(call(
      "Sign-call-message", "Sign",
      TokenSignRequest{
          .id = "01", .public_key = {0x30, 0x59}, .input = TokenMessage{to_bytes("whole message")}, .deadline = time},
      parse_token_sign_request, true));
  all.push_back(call("MakeSessionKey-call", "MakeSessionKey",
                     TokenSessionKeyRequest{.algorithm = "p256", .deadline = time}, parse_token_session_key_request));
  all.push_back(reply("MakeSessionKey-reply", "MakeSessionKey", TokenGenerateReply{key}, parse_token_generate_reply));
  const auto session_call = [&time](std::string name, SessionStep step) {
    return call(std::move(name), "SignWithSessionKey",
                TokenSessionSignRequest{.public_key = {0x30, 0x59}, .digest = kDigest, .step = step, .deadline = time},
                parse_token_session_sign_request, true);
  };
  all.push_back(session_call("SignWithSessionKey-call-proof", SessionStep::Proof));
  all.push_back(session_call("SignWithSessionKey-call-signature", SessionStep::Signature));
  all.push_back(reply("SignWithSessionKey-reply-waiting", "SignWithSessionKey", TokenSignReply{.waiting = true},
                      parse_token_sign_reply, true));
  all.push_back(reply("SignWithSessionKey-reply-signature", "SignWithSessionKey",
                      TokenSignReply{.signature = Bytes{0x30, 0x06}}, parse_token_sign_reply));
  all.push_back(reply("Sign-reply-waiting", "Sign", TokenSignReply{.waiting = true}, parse_token_sign_reply, true));
  all.push_back(
      reply("Sign-reply-signature", "Sign", TokenSignReply{.signature = Bytes{0x30, 0x06}}, parse_token_sign_reply));
  return all;
}

void compare_with_golden(const std::vector<Sample>& samples, std::string_view interface) {
  for (const Sample& sample : samples) {
    const std::string made = text_of_sample(sample, interface);
    EXPECT_EQ(made, test::golden(interface, sample.name, made)) << sample.name;
  }
}

void read_golden_again(const std::vector<Sample>& samples, std::string_view interface) {
  for (const Sample& sample : samples) {
    auto message = json::parse(test::golden(interface, sample.name, text_of_sample(sample, interface)));
    ASSERT_TRUE(message) << sample.name << ": " << message.error().what;
    json::Value* found = message->as_object()->find("parameters");
    json::Value parameters = found == nullptr ? json::Value(json::Object{}) : *found;
    const json::Value before = parameters;
    const auto after = sample.again(parameters);
    ASSERT_TRUE(after) << sample.name << ": " << after.error().what;
    EXPECT_EQ(*after, before) << sample.name;
  }
}

TEST(Golden, MessagesOfTheAgentAreWrittenAsBefore) { compare_with_golden(agent_samples(), kAgentName); }
TEST(Golden, MessagesOfTheTokenAreWrittenAsBefore) { compare_with_golden(token_samples(), kTokenName); }
TEST(Golden, MessagesOfTheAgentAreReadAsBefore) { read_golden_again(agent_samples(), kAgentName); }
TEST(Golden, MessagesOfTheTokenAreReadAsBefore) { read_golden_again(token_samples(), kTokenName); }

TEST(Golden, ErrorsAreWrittenAsBeforeAndReadAgain) {
  const Error error{.code = ErrorCode::KeyNotFound, .what = "no key 01", .remedy = "look", .context = {"signing"}};
  for (const std::string_view interface : {kAgentName, kTokenName}) {
    std::string made = encode_reply(reply_from_error(interface, error));
    made.pop_back();
    const std::string before = test::golden(interface, "error", made);
    EXPECT_EQ(made, before);
    const auto reply = parse_reply(before);
    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_EQ(error_from_reply(*reply), error);
  }
}

TEST(Golden, EveryFileBelongsToAMessage) {
  for (const auto& [interface, samples] :
       {std::pair(kAgentName, agent_samples()), std::pair(kTokenName, token_samples())}) {
    std::set<std::string> expected = {"error-v1.json"};
    for (const Sample& sample : samples) expected.insert(sample.name + "-v1.json");
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(SIGNET_SOURCE_DIR) / "tests" /
                                                                 "golden" / interface)) {
      found.insert(entry.path().filename());
    }
    EXPECT_EQ(found, expected);
  }
}

void collect_names(const json::Value& value, std::set<std::string>& names) {
  if (const json::Array* array = value.as_array()) {
    for (const json::Value& one : *array) collect_names(one, names);
  }
  if (const json::Object* object = value.as_object()) {
    for (const json::Object::Member& member : object->members()) {
      names.insert(member.first);
      collect_names(member.second, names);
    }
  }
}

std::set<std::string> names_in(const json::Value& parameters) {
  std::set<std::string> names;
  for (const json::Object::Member& member : parameters.as_object()->members()) names.insert(member.first);
  return names;
}

// What the interface file declares is what the messages hold, method by method, no more and no less.
void compare_with_interface(const std::vector<Sample>& samples, std::string_view text) {
  const auto declared = parse_interface(text);
  ASSERT_TRUE(declared) << declared.error().what;
  std::set<std::string> all_names = {"what", "remedy", "context"};
  for (const Sample& sample : samples) collect_names(sample.parameters, all_names);
  EXPECT_EQ(all_names, declared->fields);
  for (const DeclaredMethod& method : declared->methods) {
    std::set<std::string> in;
    std::set<std::string> out;
    bool has_call = false;
    bool has_reply = false;
    for (const Sample& sample : samples) {
      if (sample.method != method.name) continue;
      (sample.is_call ? in : out).merge(names_in(sample.parameters));
      (sample.is_call ? has_call : has_reply) = true;
    }
    EXPECT_TRUE(has_call && has_reply) << method.name;
    EXPECT_EQ(in, std::set<std::string>(method.in.begin(), method.in.end())) << method.name;
    EXPECT_EQ(out, std::set<std::string>(method.out.begin(), method.out.end())) << method.name;
  }
}

TEST(Messages, HoldWhatTheAgentsInterfaceDeclares) { compare_with_interface(agent_samples(), kAgentInterface); }
TEST(Messages, HoldWhatTheTokensInterfaceDeclares) { compare_with_interface(token_samples(), kTokenInterface); }

}  // namespace
}  // namespace signet::protocol
