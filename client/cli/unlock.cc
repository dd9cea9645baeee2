#include "client/cli/token_pin.h"
#include "client/cli/verbs.h"
#include "common/display.h"

namespace signet::cli {
namespace {

bool needs_none(const protocol::TokenInfo& token) { return token.pin == "not_needed" || token.pin == "accepted"; }

int say(const Output& output, const std::string& name, const std::string& text, const char* state) {
  output.text("token " + display_text(name) + " " + text + "\n");
  output.object("signet.unlock/1", json::Object{{"token", name}, {"state", state}});
  return 0;
}

// A card at work answers from memory and tries no PIN, and of a login that failed otherwise nobody knows: neither is a
// refusal.
bool has_refused(const protocol::TokenInfo& before, const protocol::TokenInfo& after) {
  if (before.tries && after.tries && *after.tries < *before.tries) return true;
  const bool from_memory = before.pin == after.pin && before.tries && before.tries == after.tries;
  return after.pin == "incorrect" && !from_memory;
}

// The agent looks at the token, which tries the PIN.
Result<int> look_whether_it_was_right(client::AgentClient& agent, const protocol::TokenInfo& before,
                                      const Output& output) {
  const std::string& name = before.name;
  const auto token = token_that_takes_a_pin(agent, name);
  if (!token) return fail(token.error());
  if (needs_none(*token)) return say(output, name, "is unlocked", "unlocked");
  std::string what = "token " + display_text(name) + " refused the PIN";
  if (token->pin == "locked") return fail(ErrorCode::PinLocked, what + " and is locked", "unblock it with the PUK");
  if (!has_refused(before, *token)) {
    return say(output, name, "did not say whether the PIN is right: it is tried at the next signature", "untried");
  }
  if (token->tries) what += "; it takes " + std::to_string(*token->tries) + " more";
  return fail(ErrorCode::PinIncorrect, what, "enter the right one: signet unlock " + display_text(name));
}

Result<int> run(const Arguments& arguments, const Output& output) {
  if (arguments.operands().size() != 1) {
    return fail(ErrorCode::InvalidRequest, "signet unlock takes the name of one token", "`signet status` lists them");
  }
  const std::string& name = arguments.operands().front();
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto token = token_that_takes_a_pin(*agent, name);
  if (!token) return fail(token.error());
  if (needs_none(*token)) return say(output, name, "needs no PIN now", "unlocked");
  if (token->pin == "locked") {
    return fail(ErrorCode::PinLocked, "the PIN of token " + display_text(name) + " is locked",
                "unblock it with the PUK");
  }
  if (auto asked = ask_for_pin_of(*agent, *token, "to unlock it"); !asked) return fail(std::move(asked.error()));
  return look_whether_it_was_right(*agent, *token, output);
}

}  // namespace

const Verb kUnlock{
    .name = "unlock",
    .summary = "enter a token's PIN before it is needed",
    .operands = "TOKEN",
    .help =
        "Asks for the PIN of a token at this terminal and hands it to the process that keeps it; the\n"
        "agent itself never sees it. It is kept until `signet lock`, until the time that `pin_keep` of the\n"
        "configuration says, or until the agent ends.\n\n"
        "  signet unlock desk\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
