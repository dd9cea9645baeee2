#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "client/cli/keys.h"
#include "client/cli/token_pin.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {
namespace {

// Who enters a wrong PIN so often looks it up first.
constexpr int kPrompts = 3;

constexpr Flag kFlags[] = {
    {.name = "token", .value = "NAME", .text = "the token, as the configuration calls it (needed)"},
    {.name = "label", .value = "TEXT", .text = "the key's label on the token (needed, but for a PIV card)"},
    {.name = "id", .value = "HEX", .text = "the key's CKA_ID; without it the agent chooses a free one"},
    {.name = "slot", .value = "SLOT", .text = "on a PIV card: 9a, 9c, 9d, 9e, or 82 to 95"},
    {.name = "pin", .value = "WHEN", .text = "on a PIV card, when it wants the PIN: never, once or always"},
    {.name = "touch", .value = "WHEN", .text = "on a PIV card, when it wants a touch: never, always or cached (15 s)"},
    {.name = "algorithm", .value = "NAME", .text = "p256 (default), p384, rsa2048, rsa3072, rsa4096 or ed25519"}};

template <typename Policy>
Result<std::optional<Policy>> policy_of(const Arguments& arguments, std::string_view flag,
                                        std::span<const std::string_view> names) {
  const auto text = arguments.text(flag);
  if (!text) return std::optional<Policy>();
  const auto found = std::ranges::find(names, *text);
  if (found != names.end()) return std::optional(static_cast<Policy>(found - names.begin()));
  return fail(ErrorCode::InvalidRequest,
              "--" + std::string(flag) + " does not know \"" + display_text(*text, 32) + "\"",
              "say " + std::string(names[0]) + ", " + std::string(names[1]) + " or " + std::string(names[2]));
}

Result<protocol::GenerateKeyRequest> request_from(const Arguments& arguments) {
  const auto slot = arguments.text("slot");
  if (!arguments.text("token") || (!arguments.text("label") && !slot)) {
    return fail(ErrorCode::InvalidRequest, "signet key generate needs --token, and --label or --slot",
                "for example: signet key generate --token desk --label release");
  }
  if (slot && arguments.text("id")) {
    return fail(ErrorCode::InvalidRequest, "--slot and --id exclude each other", "on a PIV card give the slot");
  }
  const auto pin = policy_of<protocol::PinPolicy>(arguments, "pin", protocol::kPinPolicies);
  if (!pin) return fail(pin.error());
  const auto touch = policy_of<protocol::TouchPolicy>(arguments, "touch", protocol::kTouchPolicies);
  if (!touch) return fail(touch.error());
  return protocol::GenerateKeyRequest{.token = *arguments.text("token"),
                                      .label = arguments.text("label").value_or("slot " + slot.value_or("")),
                                      .algorithm = arguments.text("algorithm"),
                                      .id = slot ? slot : arguments.text("id"),
                                      .pin_policy = *pin,
                                      .touch_policy = *touch};
}

bool wants_pin(ErrorCode code) { return code == ErrorCode::PinRequired || code == ErrorCode::PinIncorrect; }

// A token whose PIN comes from a person is ready without it.
Result<void> ask_for_pin(client::AgentClient& agent, const protocol::GenerateKeyRequest& request, const Error& why) {
  const auto token = token_that_takes_a_pin(agent, request.token);
  if (!token || token->state != "ready") return fail(why);
  return ask_for_pin_of(
      agent, *token,
      "to make a key" + std::string(why.code == ErrorCode::PinIncorrect ? ": the token refused the last one" : ""));
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto request = request_from(arguments);
  if (!request) return fail(request.error());
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  auto reply = agent->generate_key(*request);
  for (int times = 0; !reply && wants_pin(reply.error().code) && times < kPrompts; ++times) {
    if (auto asked = ask_for_pin(*agent, *request, reply.error()); !asked) return fail(std::move(asked.error()));
    reply = agent->generate_key(*request);
  }
  if (!reply) return fail(reply.error());
  output.text("made " + show_key(reply->key));
  if (reply->warning) output.note("signet: warning: " + display_text(*reply->warning));
  output.object("signet.key/1", std::move(*reply->encode().as_object()));
  return 0;
}

}  // namespace

const Verb kKeyGenerate{
    .name = "key generate",
    .summary = "make a key on a token",
    .operands = "",
    .help =
        "Makes a key pair on the token. The private key is made there and cannot leave it: there is\n"
        "no copy, so a lost token is a lost key. Keys of kind rsa2048 and ed25519 sign for SSH\n"
        "alone. RSA keys take a token seconds to minutes.\n\n"
        "  signet key generate --token desk --label release\n"
        "  signet key generate --token desk --label archive --algorithm p384\n"
        "  signet key generate --token yubikey --slot 9c --touch cached --pin once\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
