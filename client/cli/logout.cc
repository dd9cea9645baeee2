#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {{.name = "identity", .value = "NAME", .text = "only this identity; without it all of them"}};

Result<int> run(const Arguments& arguments, const Output& output) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto identity = arguments.text("identity");
  if (auto done = agent->logout({.identity = identity}); !done) return fail(std::move(done.error()));
  output.text(identity ? "logged out " + display_text(*identity) + "\n" : "logged out all identities\n");
  json::Object members;
  if (identity) members.set("identity", *identity);
  output.object("signet.logout/1", std::move(members));
  return 0;
}

}  // namespace

const Verb kLogout{.name = "logout",
                   .summary = "make the agent forget ID tokens and certificates",
                   .operands = "",
                   .help =
                       "Makes the agent forget the ID token and the cached certificate of an identity, or of all.\n\n"
                       "  signet logout\n"
                       "  signet logout --identity work\n",
                   .flags = kFlags,
                   .run = run};

}  // namespace signet::cli
