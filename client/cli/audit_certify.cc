#include <chrono>

#include "audit/check.h"
#include "client/cli/audit.h"
#include "client/cli/audit_certification.h"
#include "client/cli/verbs.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "identity", .value = "NAME", .text = "the agent's identity that certifies; without it the default one"},
    kStateDirFlag};

Result<protocol::ItemResult> ask_agent(const Arguments& arguments, const audit::CurrentCheckpoint& current,
                                       const Output& output) {
  const std::string statement = certification_statement(current.checkpoint.origin, current.verifier_key);
  protocol::SignRequest request{.identity = arguments.text("identity"), .items = {}};
  request.items.push_back(
      {.object = protocol::StatementContent{to_bytes(statement)}, .name = "the key of " + current.checkpoint.origin});
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto show = [&output](const protocol::Progress& news) { output.note("signet: " + display_text(news.text)); };
  std::optional<protocol::ItemResult> result;
  const auto take = [&result](protocol::ItemResult item) -> Result<void> {
    result = std::move(item);
    return {};
  };
  auto done = agent->sign(std::move(request), show, take, Deadline::after(client::kLongTime));
  if (!done) return fail(std::move(done.error()));
  if (result && result->failure) return fail(std::move(*result->failure));
  if (!result || !result->bundle) return fail(ErrorCode::WorkerFailed, "the agent answered without a bundle");
  return std::move(*result);
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto folder = audit_folder(arguments);
  if (!folder) return fail(folder.error());
  const auto current = audit::read_current_checkpoint(*folder);
  if (!current) return fail(current.error());
  const auto made = ask_agent(arguments, *current, output);
  if (!made) return fail(made.error());
  if (auto kept = write_file_atomic(folder->certification(), *made->bundle + "\n", 0600); !kept) {
    return fail(std::move(kept.error()));
  }
  output.text("certified: the key of " + display_text(current->checkpoint.origin) + "\n" +
              row("by", made->san.value_or("")) + row("file", folder->certification().string()));
  output.object("signet.audit-certification/1", json::Object{{"origin", current->checkpoint.origin},
                                                             {"key", current->verifier_key},
                                                             {"san", made->san.value_or("")},
                                                             {"file", folder->certification().string()}});
  return 0;
}

}  // namespace

const Verb kAuditCertify{
    .name = "audit certify",
    .summary = "have a key on a token vouch for the key that signs the audit log",
    .operands = "",
    .help =
        "The audit log's checkpoints are signed by a key that lies in a file, not on a token. This asks the agent to\n"
        "sign, with an identity's key and certificate, the statement that this is the log's key, and keeps the\n"
        "attestation beside it. Once for each log. The identity needs use = \"statement\"; the attestation goes into "
        "its\n"
        "transparency log as every signature does. `signet audit verify` checks it against [verify] allowed.\n\n"
        "  signet audit certify\n"
        "  signet audit certify --identity work --json\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
