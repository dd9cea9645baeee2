#include <algorithm>
#include <string>
#include <vector>

#include "client/cli/keys.h"
#include "client/cli/output.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string show_key(const protocol::KeyInfo& key) {
  std::string text = display_text(key.label.empty() ? "(no label)" : key.label) + "\n";
  text += row("token", key.token + (key.same_as ? " (same key as token " + *key.same_as + ", which signs)" : ""));
  text += row("algorithm", key.algorithm);
  if (key.signs)
    text += row("signs", key.signs->empty() ? "nothing: keys of its kind are not used" : joined(*key.signs));
  text += row("id", key.id);
  text += row("key", key.uri);
  text += row("public_key", key.fingerprint);
  text += row("identities", joined(key.identities));
  return text;
}

namespace {

constexpr Flag kFlags[] = {{.name = "token", .value = "NAME", .text = "only the keys of this token"}};

// A token whose keys could not be read must not look like an empty one. True where there is one.
bool tell_of_unread_tokens(client::AgentClient& agent, const std::vector<protocol::KeyInfo>& keys,
                           const Output& output) {
  const auto status = agent.status();
  if (!status) return false;
  bool unread = false;
  for (const protocol::TokenInfo& token : status->tokens) {
    const bool shown = std::ranges::any_of(keys, [&](const protocol::KeyInfo& key) { return key.token == token.name; });
    if (shown || !token.problem) continue;
    output.note("signet: the keys of token " + display_text(token.name) +
                " are not listed: " + display_text(*token.problem));
    unread = true;
  }
  return unread;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->keys({.token = arguments.text("token")});
  if (!reply) return fail(reply.error());
  std::string text;
  for (const protocol::KeyInfo& key : reply->keys) text += show_key(key);
  const bool unread = !arguments.text("token") && tell_of_unread_tokens(*agent, reply->keys, output);
  if (text.empty() && !unread) text = "no keys\n  make one:  signet key generate --token NAME --label LABEL\n";
  output.text(text);
  output.object("signet.keys/1", std::move(*reply->encode().as_object()));
  return unread ? 3 : 0;
}

}  // namespace

const Verb kKeyList{.name = "key list",
                    .summary = "list the keys on the tokens",
                    .operands = "",
                    .help =
                        "Lists the keys whose public half the tokens show. `key` and `public_key` are what an\n"
                        "[identity.NAME] of the configuration is given.\n\n"
                        "  signet key list\n"
                        "  signet key list --token desk --json\n\n"
                        "Exit status: 0, or 3 where the keys of a token could not be read.\n",
                    .flags = kFlags,
                    .run = run};

}  // namespace signet::cli
