#include "client/cli/keys.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "token", .value = "NAME", .text = "the token, as the configuration calls it (needed)"},
    {.name = "label", .value = "TEXT", .text = "the key's label on the token (needed)"},
    {.name = "id", .value = "HEX", .text = "the key's CKA_ID; without it the agent chooses a free one"},
    {.name = "algorithm", .value = "NAME", .text = "p256 (default)"}};

Result<int> run(const Arguments& arguments, const Output& output) {
  if (!arguments.text("token") || !arguments.text("label")) {
    return fail(ErrorCode::InvalidRequest, "signet key generate needs --token and --label",
                "for example: signet key generate --token desk --label release");
  }
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto reply = agent->generate_key({.token = *arguments.text("token"),
                                          .label = *arguments.text("label"),
                                          .algorithm = arguments.text("algorithm"),
                                          .id = arguments.text("id")});
  if (!reply) return fail(reply.error());
  output.text("made " + show_key(reply->key));
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
        "no copy, so a lost token is a lost key.\n\n"
        "  signet key generate --token desk --label release\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
