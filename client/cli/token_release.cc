// Letting go of a token and taking it again.
#include <string>

#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {
namespace {

Result<std::string> token_named(const Arguments& arguments) {
  if (arguments.operands().size() == 1) return arguments.operands().front();
  return fail(ErrorCode::InvalidRequest, "one token is named, not " + std::to_string(arguments.operands().size()),
              "`signet token list` lists them");
}

int say(const Output& output, const std::string& token, const std::string& what) {
  output.text("token " + display_text(token) + " " + what + "\n");
  output.object("signet.token/1", json::Object{{"token", token}});
  return 0;
}

Result<int> release(const Arguments& arguments, const Output& output) {
  const auto token = token_named(arguments);
  if (!token) return fail(token.error());
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  auto released = agent->release_token({.token = *token});
  if (!released) return fail(std::move(released.error()));
  return say(output, *token,
             std::string(released->was_held ? "is released" : "was released before") +
                 ": `signet token reacquire` takes it again");
}

Result<int> reacquire(const Arguments& arguments, const Output& output) {
  const auto token = token_named(arguments);
  if (!token) return fail(token.error());
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  if (auto taken = agent->reacquire_token({.token = *token}); !taken) return fail(std::move(taken.error()));
  return say(output, *token, "is taken again");
}

}  // namespace

const Verb kTokenRelease{
    .name = "token release",
    .summary = "let go of a token, so that another program can have it",
    .operands = "TOKEN",
    .help =
        "Ends the process that holds the token. What it is asked at this moment fails, a PIN that was\n"
        "entered is forgotten, and requests end in TokenBusy until the token is reacquired. A PIV card\n"
        "(a token without a module) is let go of by itself after two seconds.\n\n"
        "  signet token release desk\n"
        "  ykman piv info\n"
        "  signet token reacquire desk\n",
    .flags = {},
    .run = release};

const Verb kTokenReacquire{.name = "token reacquire",
                           .summary = "take a released token again",
                           .operands = "TOKEN",
                           .help =
                               "Takes a token again that `signet token release` let go of. One that was not released\n"
                               "stays as it is.\n\n"
                               "  signet token reacquire desk\n",
                           .flags = {},
                           .run = reacquire};

}  // namespace signet::cli
