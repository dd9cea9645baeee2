#include "client/cli/token_pin.h"

#include <algorithm>
#include <utility>

#include "client/lib/pin_prompt.h"
#include "common/display.h"
#include "protocol/pin_prompt.h"

namespace signet::cli {
namespace {

constexpr const char* kFeature = "enter-pin";

}  // namespace

Result<protocol::TokenInfo> token_that_takes_a_pin(client::AgentClient& agent, const std::string& name) {
  auto status = agent.status();
  if (!status) return fail(std::move(status.error()));
  const auto token = std::ranges::find(status->tokens, name, &protocol::TokenInfo::name);
  if (token == status->tokens.end()) {
    return fail(ErrorCode::KeyNotFound, "the configuration has no token " + display_text(name, 64),
                "`signet status` lists the tokens");
  }
  if (std::ranges::find(status->features, kFeature) != status->features.end()) return std::move(*token);
  return fail(ErrorCode::NotBuiltYet, "the agent is of a version that takes no PINs from its clients",
              "restart it after the upgrade");
}

Result<void> ask_for_pin_of(const client::AgentClient& agent, const protocol::TokenInfo& token,
                            const std::string& purpose) {
  const protocol::PinNeed need{.token = token.name,
                               .label = token.label ? quoted_text(*token.label) : "",
                               .serial = token.serial.value_or(""),
                               .tries = token.tries};
  const client::PinWish wish{.token = token.name, .text = protocol::pin_prompt(need, purpose), .tries = token.tries};
  auto asked = client::ask_for_pin(agent.socket(), wish, -1, Deadline::after(client::kLongTime));
  if (asked) return {};
  if (asked.error().remedy.empty()) {
    asked.error().remedy = "enter it at a terminal: signet unlock " + display_text(token.name, 64);
  }
  return fail(std::move(asked.error()));
}

}  // namespace signet::cli
