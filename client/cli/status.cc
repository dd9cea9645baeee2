#include "client/cli/tokens.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {

std::string show_token(const protocol::TokenInfo& token) {
  std::string text = "token " + display_text(token.name) + ": " + display_text(token.state) + "\n";
  text += row("problem", token.problem.value_or(""));
  text += row("label", token.label.value_or(""));
  text += row("serial", token.serial.value_or(""));
  text += row("model", token.model.value_or(""));
  if (token.pin == "none" && !token.problem)
    text += row("pin", "not known: it is asked for, or enter it: signet unlock " + token.name);
  if (token.tries) text += row("tries left", std::to_string(*token.tries));
  text += row("waits for", token.touch.value_or(""));
  return text;
}

namespace {

std::string show_identity(const protocol::IdentityInfo& identity, bool is_default) {
  std::string use;
  for (const std::string& one : identity.use) use += (use.empty() ? "" : ", ") + one;
  std::string text = "identity " + display_text(identity.name) + (is_default ? " (default)" : "") + "\n";
  text += row("problem", identity.problem.value_or(""));
  text += row("san", identity.san);
  text += row("issuer", identity.issuer);
  text += row("instance", identity.instance);
  text += row("use", use);
  text += row("log", identity.log);
  text += row("key", identity.key);
  text += row("algorithm", identity.algorithm.value_or(""));
  if (identity.ephemeral) text += row("ephemeral", "a new key for each signature");
  text += row("public key", identity.fingerprint);
  for (const protocol::BackupInfo& backup : identity.backup) {
    text += row("backup", backup.token + ", " + backup.fingerprint);
    if (backup.problem) text += row("problem", *backup.problem);
  }
  text += row("login", identity.login_until ? "until " + *identity.login_until : "none");
  text += row("certificate", identity.certificate_until ? "until " + *identity.certificate_until : "none");
  return text;
}

Result<int> run(const Arguments&, const Output& output) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  auto status = agent->status();
  if (!status) return fail(std::move(status.error()));
  std::string text = "agent " + display_text(status->version) + ", process " + std::to_string(status->pid) + ", up " +
                     std::to_string(status->uptime_s) + " s\n";
  text += row("config", status->config);
  if (status->ssh_socket) {
    text += row("ssh socket", *status->ssh_socket + (status->ssh_locked ? " (locked: ssh-add -X unlocks it)" : ""));
  }
  text += row("signed", std::to_string(status->signatures) + " signatures, " + std::to_string(status->certificates) +
                            " certificates");
  for (const protocol::TokenInfo& token : status->tokens) text += show_token(token);
  for (const protocol::IdentityInfo& identity : status->identities) {
    text += show_identity(identity, status->default_identity == identity.name);
  }
  output.text(text);
  output.object("signet.status/1", std::move(*status->encode().as_object()));
  return 0;
}

}  // namespace

const Verb kStatus{.name = "status",
                   .summary = "show the agent, its tokens and its identities",
                   .operands = "",
                   .help =
                       "Asks the agent what it is and how it does. Changes nothing and asks no token for a PIN.\n\n"
                       "  signet status\n"
                       "  signet status --json | jq .tokens\n",
                   .flags = {},
                   .run = run};

}  // namespace signet::cli
