#include <system_error>
#include <utility>

#include "client/cli/git_setup.h"
#include "common/display.h"

namespace signet::cli {
namespace {

std::string undo_command(const SetupTarget& target) {
  return target.scope == GitScope::Local ? "signet git setup --undo --local" : "signet git setup --undo";
}

// What somebody else set in between is his.
std::string conflict_text(const RecordedSetting& setting, const GitValues& there) {
  return setting.key + " is " + git_values_text(there) + ", and signet had set it to " +
         git_values_text({setting.after}) + " (before: " + git_values_text(setting.before) + ")";
}

Result<std::vector<GitChange>> plan_undo(const SetupTarget& target, const SetupRecord& record, bool force) {
  std::vector<GitChange> changes;
  std::string conflicts;
  for (const RecordedSetting& setting : record.settings) {
    auto there = read_git_values(target.scope, setting.key);
    if (!there) return fail(std::move(there.error()));
    if (*there != GitValues{setting.after} && *there != setting.before) {
      conflicts += (conflicts.empty() ? "" : "; ") + conflict_text(setting, *there);
    }
    changes.push_back({.key = setting.key, .before = std::move(*there), .after = setting.before});
  }
  if (conflicts.empty() || force) return changes;
  return fail(ErrorCode::InvalidRequest, "changed since signet git setup: " + conflicts,
              "look which is meant; " + undo_command(target) + " --force puts back what was there before");
}

}  // namespace

Result<int> undo_setup(const SetupTarget& target, bool force, bool dry_run, const Output& output) {
  const auto record = read_record(target.record);
  if (!record) return fail(record.error());
  if (!*record) {
    return fail(ErrorCode::InvalidRequest, "signet git setup has changed nothing in " + target_text(target),
                target.scope == GitScope::Global ? "for a repository: signet git setup --undo --local, in it" : "");
  }
  const auto changes = plan_undo(target, **record, force);
  if (!changes) return fail(changes.error());
  output.text(target_text(target) + ":\n" + changes_text(*changes));
  if (!dry_run) {
    if (auto made = make_changes(target.scope, *changes); !made) return fail(std::move(made.error()));
    std::error_code trouble;
    std::filesystem::remove(target.record, trouble);
    if (trouble)
      return fail(ErrorCode::InvalidRequest, display_text(target.record.native()) + ": " + trouble.message());
  }
  output.text(dry_run ? "nothing was changed (--dry-run)\n"
                      : "git's configuration is as it was before signet git setup\n");
  output.object("signet.git-setup/1", {{"scope", git_scope_name(target.scope)},
                                       {"undo", true},
                                       {"written", !dry_run},
                                       {"settings", changes_array(*changes)}});
  return 0;
}

}  // namespace signet::cli
