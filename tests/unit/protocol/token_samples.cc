#include "protocol/token_messages.h"
#include "tests/unit/protocol/samples.h"

namespace signet::protocol {

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
                     TokenSignRequest{.id = "01", .public_key = {0x30, 0x59}, .input = kSampleDigest, .deadline = time},
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
    return call(
        std::move(name), "SignWithSessionKey",
        TokenSessionSignRequest{.public_key = {0x30, 0x59}, .digest = kSampleDigest, .step = step, .deadline = time},
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

}  // namespace signet::protocol
