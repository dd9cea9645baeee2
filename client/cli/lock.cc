#include <optional>
#include <string>

#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {
namespace {

Result<int> run(const Arguments& arguments, const Output& output) {
  if (arguments.operands().size() > 1) {
    return fail(ErrorCode::InvalidRequest, "signet lock takes the name of one token, or none for all of them",
                "`signet status` lists them");
  }
  std::optional<std::string> token;
  if (!arguments.operands().empty()) token = arguments.operands().front();
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  if (auto done = agent->lock({.token = token}); !done) return fail(std::move(done.error()));
  output.text(token ? "locked " + display_text(*token) + "\n" : "locked all tokens\n");
  json::Object members;
  if (token) members.set("token", *token);
  output.object("signet.lock/1", std::move(members));
  return 0;
}

}  // namespace

const Verb kLock{
    .name = "lock",
    .summary = "make the agent forget PINs and log out of tokens",
    .operands = "[TOKEN]",
    .help =
        "Makes the agent's keepers forget the PIN of a token, or of all, and log out. What is being signed\n"
        "at this moment is given up. The next signature needs the PIN again: it is asked for, or entered\n"
        "by `signet unlock TOKEN`; one that is read from a file is read again when the agent starts.\n\n"
        "  signet lock\n"
        "  signet lock desk\n",
    .flags = {},
    .run = run};

}  // namespace signet::cli
