#include "protocol/agent_messages.h"
#include "tests/unit/protocol/samples.h"

namespace signet::protocol {
namespace {

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
  SignRequest request = sign_request({.object = DigestContent{kSampleDigest}, .name = "app.tar.gz"}, Output::Bundle);
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
  all.push_back(call("Sign-call-raw", "Sign", sign_request({.object = DigestContent{kSampleDigest}}, Output::Raw),
                     parse_sign_request));
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

}  // namespace

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

}  // namespace signet::protocol
