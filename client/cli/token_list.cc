#include <algorithm>

#include "client/cli/tokens.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"

namespace signet::cli {
namespace {

Result<int> run(const Arguments&, const Output& output) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  auto status = agent->status();
  if (!status) return fail(std::move(status.error()));
  std::string text;
  json::Array tokens;
  for (const protocol::TokenInfo& token : status->tokens) {
    text += show_token(token);
    tokens.push_back(token.encode());
  }
  if (text.empty()) text = "no tokens: the configuration has no [token.NAME]\n";
  output.text(text);
  output.object("signet.tokens/1", json::Object{{"tokens", std::move(tokens)}});
  const auto is_ready = [](const protocol::TokenInfo& token) { return token.state == "ready"; };
  return std::ranges::all_of(status->tokens, is_ready) ? 0 : 3;
}

}  // namespace

const Verb kTokenList{
    .name = "token list",
    .summary = "list the tokens, and what each of them waits for",
    .operands = "",
    .help =
        "Lists the configured tokens: whether each can be asked, what is wrong with it where not, and\n"
        "what it waits to be touched for. Asks no token for a PIN.\n\n"
        "  signet token list\n"
        "  signet token list --json | jq '.tokens[].state'\n\n"
        "Exit status: 0, or 3 where one of them cannot be asked.\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
