#include "client/cli/git_names.h"

#include <optional>
#include <string_view>
#include <utility>

#include "client/cli/git_repository.h"
#include "client/cli/git_words.h"
#include "common/display.h"
#include "common/lines.h"
#include "sigstore/git/object.h"

namespace signet::cli {
namespace {

// git looks for these before it looks for refs of that name, and warns all the same.
bool has_one_meaning(std::string_view name) {
  return name == "HEAD" || name == "@" || sigstore::is_git_object_id(name);
}

// The name in git's "warning: refname 'main' is ambiguous."
std::optional<std::string_view> ambiguous_name(std::string_view line) {
  constexpr std::string_view kBegin = "warning: refname '";
  constexpr std::string_view kEnd = "' is ambiguous.";
  if (!line.starts_with(kBegin) || !line.ends_with(kEnd)) return std::nullopt;
  const std::string_view name = line.substr(kBegin.size(), line.size() - kBegin.size() - kEnd.size());
  return has_one_meaning(name) ? std::nullopt : std::optional(name);
}

Result<void> check_meanings(std::string_view errors) {
  while (!errors.empty()) {
    const auto name = ambiguous_name(take_line(errors));
    if (!name) continue;
    const std::string shown = display_text(*name, 100);
    std::string remedy = "say which one is meant: ";
    for (const char* folder : {"refs/heads/", "refs/remotes/", "refs/tags/"}) {
      remedy.append(folder).append(shown).append(" ");
    }
    remedy.append("(git show-ref ").append(shown).append(")");
    return fail(ErrorCode::InvalidRequest, "the name " + shown + " is ambiguous: several refs have it",
                std::move(remedy));
  }
  return {};
}

}  // namespace

Result<std::string> ask_for_revision(GitCommand command) {
  command.arguments.insert(command.arguments.begin(), {"-c", "core.warnAmbiguousRefs=true"});
  auto answer = run_git(command, local_deadline());
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status != 0) return refused_by_git(*answer);
  if (auto sound = check_meanings(answer->errors); !sound) return fail(std::move(sound.error()));
  return std::move(answer->output);
}

}  // namespace signet::cli
