#include "audit/check.h"
#include "client/cli/audit.h"
#include "client/cli/verbs.h"
#include "common/base64.h"
#include "config/configuration.h"

namespace signet::cli {

Result<audit::Folder> audit_folder(const Arguments& arguments) {
  const auto given = arguments.text("state-dir");
  auto state = given ? Result<std::filesystem::path>(*given) : config::default_state();
  if (!state) return fail(std::move(state.error()));
  return audit::Folder(*state / "audit");
}

namespace {

constexpr Flag kFlags[] = {kStateDirFlag};

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto folder = audit_folder(arguments);
  if (!folder) return fail(folder.error());
  const auto current = audit::read_current_checkpoint(*folder);
  if (!current) return fail(current.error());
  if (!output.json()) output.text(current->text);
  output.object("signet.audit-checkpoint/1", json::Object{{"origin", current->checkpoint.origin},
                                                          {"size", static_cast<std::int64_t>(current->checkpoint.size)},
                                                          {"root", encode_base64(current->checkpoint.root.value)},
                                                          {"checkpoint", current->text},
                                                          {"key", current->verifier_key}});
  return 0;
}

}  // namespace

const Verb kAuditCheckpoint{
    .name = "audit checkpoint",
    .summary = "print the audit log's signed checkpoint, to keep elsewhere",
    .operands = "",
    .help =
        "Prints the last signed checkpoint of the agent's audit log. Who keeps one where the log's owner cannot reach\n"
        "it (another machine, paper) can show later that nothing before it was changed, removed or signed anew.\n"
        "The agent tells it to its journal every hour, too; a line of the journal is as good.\n\n"
        "  signet audit checkpoint > kept\n"
        "  signet audit verify --checkpoint kept\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
