#include <chrono>
#include <tuple>
#include <utility>

#include "client/cli/git_setup.h"
#include "client/cli/git_trial.h"
#include "common/display.h"
#include "common/time.h"

namespace signet::cli {
namespace {

/// Another setup may be waiting for a touch.
constexpr std::chrono::seconds kLockTime{10};

json::Array values_array(const GitValues& values) {
  json::Array array;
  for (const auto& value : values) array.emplace_back(value ? json::Value(*value) : json::Value());
  return array;
}

}  // namespace

Result<SetupTarget> begin_setup(GitScope scope) {
  std::filesystem::path repository;
  if (scope == GitScope::Local) {
    auto folder = git_common_folder();
    if (!folder) return fail(std::move(folder.error()));
    repository = std::move(*folder);
  }
  auto folder = git_setup_folder();
  if (!folder) return fail(std::move(folder.error()));
  auto lock = FileLock::take(*folder / "lock", "git's configuration", Deadline::after(kLockTime));
  if (!lock) return fail(std::move(lock.error()));
  remove_old_trials(*folder);
  const auto record = record_file(*folder, repository);
  return SetupTarget{.scope = scope,
                     .repository = std::move(repository),
                     .folder = std::move(*folder),
                     .record = record,
                     .lock = std::move(*lock)};
}

std::string target_text(const SetupTarget& target) {
  if (target.scope == GitScope::Global) return "your git configuration (global)";
  return "the git configuration of " + display_text(target.repository.native(), 400);
}

std::string changes_text(const std::vector<GitChange>& changes) {
  constexpr std::size_t kColumn = 28;
  std::string text;
  for (const GitChange& change : changes) {
    std::string line = "  " + display_text(change.key);
    line.append(line.size() < kColumn ? kColumn - line.size() : 1, ' ');
    line += git_values_text(change.before);
    line += change.changes() ? " -> " + git_values_text(change.after) : ", as it is";
    text += line + "\n";
  }
  return text;
}

json::Array changes_array(const std::vector<GitChange>& changes) {
  json::Array array;
  for (const GitChange& change : changes) {
    array.emplace_back(json::Object{
        {"key", change.key}, {"before", values_array(change.before)}, {"after", values_array(change.after)}});
  }
  return array;
}

Result<void> make_changes(GitScope scope, const std::vector<GitChange>& changes) {
  for (std::size_t done = 0; done < changes.size(); ++done) {
    if (!changes[done].changes()) continue;
    auto written = write_git_values(scope, changes[done].key, changes[done].after);
    if (written) continue;
    for (std::size_t i = 0; i <= done; ++i) std::ignore = write_git_values(scope, changes[i].key, changes[i].before);
    return fail(std::move(written.error()).during("setting " + changes[done].key + "; what was set is put back"));
  }
  return {};
}

}  // namespace signet::cli
