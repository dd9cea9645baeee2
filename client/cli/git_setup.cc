// Tells git to sign with signet: shows it, tries it, writes it, and can put back what was there.
#include "client/cli/git_setup.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "client/cli/git_setup_plan.h"
#include "client/cli/git_ssh_signer.h"
#include "client/cli/git_trial.h"
#include "client/cli/gitsign_configuration.h"
#include "client/cli/verbs.h"
#include "common/display.h"

namespace signet::cli {
namespace {

constexpr Flag kFlags[] = {
    {.name = "global", .value = "", .text = "change your own configuration (what happens without --local)"},
    {.name = "local", .value = "", .text = "change that of the repository you are in"},
    {.name = "format", .value = "FORMAT", .text = "x509 (what happens without it) or ssh"},
    {.name = "identity", .value = "NAME", .text = "sign as this identity of the agent; without it your e-mail chooses"},
    {.name = "tags", .value = "", .text = "sign every tag, too (tag.gpgSign)"},
    {.name = "only-asked", .value = "", .text = "leave commit.gpgSign alone: only git commit -S signs"},
    {.name = "no-try", .value = "", .text = "write it without signing a commit first"},
    {.name = "dry-run", .value = "", .text = "show what would change, and change nothing"},
    {.name = "undo", .value = "", .text = "put back what was there before the first setup"},
    {.name = "force", .value = "", .text = "with --undo: also what was changed by others since"}};

Result<void> check_flags(const Arguments& arguments) {
  if (arguments.has("global") && arguments.has("local")) {
    return fail(ErrorCode::InvalidRequest, "--global and --local are two configurations", "run it once for each");
  }
  if (arguments.has("force") && !arguments.has("undo")) {
    return fail(ErrorCode::InvalidRequest, "--force belongs to --undo", "see: signet git setup --help");
  }
  for (const char* flag : {"format", "identity", "tags", "only-asked", "no-try"}) {
    if (arguments.has("undo") && arguments.has(flag)) {
      return fail(ErrorCode::InvalidRequest, "--undo puts back everything, and takes no --" + std::string(flag),
                  "signet git setup --undo");
    }
  }
  return {};
}

Result<SetupWish> read_wish(const Arguments& arguments) {
  SetupWish wish{
      .identity = arguments.text("identity"), .commits = !arguments.has("only-asked"), .tags = arguments.has("tags")};
  const std::string format = arguments.text("format").value_or("x509");
  if (format == "ssh") wish.format = GitFormat::Ssh;
  if (format == "x509" || format == "ssh") return wish;
  return fail(ErrorCode::InvalidRequest, "there is no format " + display_text(format, 40), "use x509 or ssh");
}

// What the repository that we happen to be in says is not the user's word on what is written for all of them: neither
// who signs, nor whose list of signers is believed.
std::vector<GitEntry> entries_that_count(GitScope scope, std::vector<GitEntry> entries) {
  if (scope == GitScope::Local) return entries;
  std::erase_if(entries, [](const GitEntry& entry) { return entry.scope == "local" || entry.scope == "worktree"; });
  return entries;
}

// The committer of a repository may be another one than the user's own.
std::vector<GitSetting> settings_of_trial(std::vector<GitSetting> settings, GitScope scope,
                                          const std::vector<GitEntry>& entries) {
  if (scope == GitScope::Global) return settings;
  for (const char* key : {"user.name", "user.email", "user.signingKey"}) {
    const auto value = effective_value(entries, key);
    const bool is_planned = std::ranges::any_of(settings, [key](const GitSetting& one) { return one.key == key; });
    if (value && !is_planned) settings.push_back({.key = key, .value = *value});
  }
  return settings;
}

Result<std::vector<GitChange>> compare(GitScope scope, const std::vector<GitSetting>& settings) {
  std::vector<GitChange> changes;
  for (const GitSetting& setting : settings) {
    auto before = read_git_values(scope, setting.key);
    if (!before) return fail(std::move(before.error()));
    changes.push_back({.key = setting.key, .before = std::move(*before), .after = {setting.value}});
  }
  return changes;
}

// What the user has set since the last setup, or where that one came to nothing, is what he wants back.
void remember(SetupRecord& record, const GitChange& change) {
  const std::string after = change.after.front().value_or("");
  RecordedSetting* const known = record.find(change.key);
  if (known == nullptr) {
    if (change.changes()) record.settings.push_back({.key = change.key, .before = change.before, .after = after});
    return;
  }
  if (change.before != GitValues{known->after}) known->before = change.before;
  known->after = after;
}

Result<void> put_back(const std::filesystem::path& file, const std::optional<SetupRecord>& record) {
  if (record) return write_record(file, *record);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return {};
}

// The record is on disk before git's configuration changes, and keeps what was there before the first setup.
Result<void> write(const SetupTarget& target, const std::vector<GitChange>& changes) {
  auto old = read_record(target.record);
  if (!old) return fail(std::move(old.error()));
  SetupRecord record = old->value_or(SetupRecord{});
  record.scope = target.scope;
  record.repository = target.repository;
  for (const GitChange& change : changes) remember(record, change);
  if (record.settings.empty()) return {};
  if (auto done = write_record(target.record, record); !done) return done;
  auto made = make_changes(target.scope, changes);
  if (made) return made;
  if (auto restored = put_back(target.record, *old); !restored) return restored;
  return made;
}

// Another file may come later and win.
std::vector<std::string> overrides(const std::vector<GitSetting>& settings) {
  std::vector<std::string> notes;
  const auto entries = list_git_configuration();
  if (!entries) return notes;
  for (const GitSetting& setting : settings) {
    if (effective_value(*entries, setting.key) == setting.value) continue;
    const auto last = std::ranges::find_if(entries->rbegin(), entries->rend(), [&](const GitEntry& entry) {
      return is_same_git_key(entry.key, setting.key);
    });
    if (last == entries->rend()) continue;
    notes.push_back("here " + setting.key + " is " + display_text(last->value.value_or("true")) + ": " +
                    display_text(last->origin, 400) + " (" + display_text(last->scope) + ") counts for more");
  }
  return notes;
}

struct Steps {
  bool tries = true;
  bool writes = true;
};

// Where SSH_AUTH_SOCK leads elsewhere, that is the likely reason.
std::unexpected<Error> explain_trial(Error error, const SetupPlan& plan) {
  if (!plan.agent_socket.empty() && !ssh_finds(plan.agent_socket)) {
    error.code = ErrorCode::AgentUnavailable;
    error.remedy = "export SSH_AUTH_SOCK=" + display_text(plan.agent_socket.native(), 400) +
                   " (in your shell's start file, too), so that ssh finds signet's keys, and run this again";
  }
  return fail(std::move(error).during("trying it with one commit: nothing was written"));
}

Result<void> write_all(const SetupTarget& target, const SetupPlan& plan, const std::vector<GitChange>& changes,
                       const Output& output) {
  if (!plan.key_file.empty()) {
    if (auto done = write_key_file(plan); !done) return done;
  }
  if (!plan.signers_file.empty()) {
    if (auto added = add_allowed_signer(plan.signers_file, plan.allowed_signer); !added) return added;
  } else if (!plan.allowed_signer.empty()) {
    output.note("signet: so that git knows whose it is, your gpg.ssh.allowedSignersFile needs this line:\n" +
                plan.allowed_signer);
  }
  if (auto done = write(target, changes); !done) return done;
  for (const std::string& note : overrides(plan.settings)) output.note("signet: " + note);
  return {};
}

Result<int> set_up(const SetupTarget& target, const SetupWish& wish, Steps steps, const Output& output) {
  const auto entries = list_git_configuration();
  if (!entries) return fail(entries.error());
  const auto plan = plan_setup(wish, entries_that_count(target.scope, *entries), target.folder);
  if (!plan) return fail(plan.error());
  const auto changes = compare(target.scope, plan->settings);
  if (!changes) return fail(changes.error());
  const auto gitsign = understand_gitsign(*entries);
  output.text(target_text(target) + ":\n" + changes_text(*changes) + gitsign_text(gitsign));
  json::Object report{{"scope", git_scope_name(target.scope)},
                      {"undo", false},
                      {"written", steps.writes},
                      {"settings", changes_array(*changes)},
                      {"gitsign", gitsign_array(gitsign)}};
  if (steps.tries) {
    output.note(wish.format == GitFormat::Ssh
                    ? "signet: one commit to try it; the token signs it"
                    : "signet: one commit to try it; the token signs it, and the identity's log has it for ever");
    const auto trial =
        try_git_settings(settings_of_trial(plan->settings, target.scope, *entries),
                         {.key_line = plan->key_line, .allowed_signer = plan->allowed_signer}, target.folder);
    if (!trial) return explain_trial(trial.error(), *plan);
    output.text(trial->text);
    report.set("trial", trial->text);
  }
  if (steps.writes) {
    if (auto done = write_all(target, *plan, *changes, output); !done) return fail(std::move(done.error()));
  }
  output.text(steps.writes
                  ? "written; signet git setup --undo" +
                        std::string(target.scope == GitScope::Local ? " --local" : "") + " puts back what was there\n"
                  : "nothing was changed (--dry-run)\n");
  output.object("signet.git-setup/1", std::move(report));
  return 0;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  if (auto sound = check_flags(arguments); !sound) return fail(std::move(sound.error()));
  const auto wish = read_wish(arguments);
  if (!wish) return fail(wish.error());
  const auto target = begin_setup(arguments.has("local") ? GitScope::Local : GitScope::Global);
  if (!target) return fail(target.error());
  const bool dry_run = arguments.has("dry-run");
  if (arguments.has("undo")) return undo_setup(*target, arguments.has("force"), dry_run, output);
  return set_up(*target, *wish, {.tries = !dry_run && !arguments.has("no-try"), .writes = !dry_run}, output);
}

}  // namespace

const Verb kGitSetup{
    .name = "git setup",
    .summary = "tell git to sign with signet, or undo that",
    .operands = "",
    .help =
        "Shows what it will change in git's configuration, has git sign and verify one commit with it in a\n"
        "repository that goes again, and writes it only if that was good: gpg.format, gpg.x509.program, and\n"
        "commit.gpgSign, so that every commit is signed (--only-asked leaves that to git commit -S). With\n"
        "--identity user.signingKey names it; without, the agent takes the identity of the committer's e-mail.\n\n"
        "--tags sets tag.gpgSign: then git tag NAME alone makes a signed tag, and opens the editor for its\n"
        "message. Without it git tag -s signs. The commit that is tried is logged as any other; --no-try omits it.\n\n"
        "What was there is kept, and --undo puts it back; it refuses where somebody has changed a key since,\n"
        "unless --force is given. A second setup keeps what was there before the first one.\n\n"
        "--format ssh is for forges that know SSH keys alone. git then signs through ssh-keygen and the agent's\n"
        "second socket, to which SSH_AUTH_SOCK must lead; user.signingKey is a file of signet's with the identity's\n"
        "public key, and gpg.ssh.allowedSignersFile, where you have none, one with you in it.\n\n"
        "Where gitsign is configured, each of its keys is shown with what means the same to signet.\n\n"
        "  signet git setup --dry-run\n"
        "  signet git setup --identity work\n"
        "  signet git setup --local --tags\n"
        "  signet git setup --format ssh\n"
        "  signet git setup --undo\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
