#include "client/cli/keys.h"
#include "client/cli/output.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {

std::string show_key(const protocol::KeyInfo& key) {
  std::string identities;
  for (const std::string& name : key.identities) identities += (identities.empty() ? "" : ", ") + name;
  std::string text = display_text(key.label.empty() ? "(no label)" : key.label) + "\n";
  text += row("token", key.token);
  text += row("algorithm", key.algorithm);
  text += row("id", key.id);
  text += row("key", key.uri);
  text += row("public_key", key.fingerprint);
  text += row("identities", identities);
  return text;
}

namespace {

constexpr Flag kFlags[] = {{.name = "token", .value = "NAME", .text = "only the keys of this token"}};

Result<int> run(const Arguments& arguments, const Output& output) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->keys({.token = arguments.text("token")});
  if (!reply) return fail(reply.error());
  std::string text;
  for (const protocol::KeyInfo& key : reply->keys) text += show_key(key);
  if (text.empty()) text = "no keys\n  make one:  signet key generate --token NAME --label LABEL\n";
  output.text(text);
  output.object("signet.keys/1", std::move(*reply->encode().as_object()));
  return 0;
}

}  // namespace

const Verb kKeyList{.name = "key list",
                    .summary = "list the keys on the tokens",
                    .operands = "",
                    .help =
                        "Lists the keys whose public half the tokens show. `key` and `public_key` are what an\n"
                        "[identity.NAME] of the configuration is given.\n\n"
                        "  signet key list\n"
                        "  signet key list --token desk --json\n",
                    .flags = kFlags,
                    .run = run};

}  // namespace signet::cli
