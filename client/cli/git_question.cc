#include "client/cli/git_question.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_repository.h"

namespace signet::cli {
namespace {

// An operand that is a range or HEAD names no tag; a ref that holds a commit says nothing of it.
Result<void> name_tags(std::vector<GitEvidence>& objects, const std::vector<std::string>& operands) {
  if (std::ranges::none_of(objects, [](const GitEvidence& each) { return each.object.type == "tag"; })) return {};
  auto named = find_named_tags(operands);
  if (!named) return fail(std::move(named.error()));
  for (GitEvidence& evidence : objects) {
    if (evidence.object.type != "tag") continue;
    for (NamedTag& tag : *named) {
      if (tag.id == evidence.object.id) evidence.named.push_back(tag.name);
    }
  }
  return {};
}

}  // namespace

Result<GitQuestion> read_git_question(const Arguments& arguments, Expecting expecting, const Output& output) {
  auto wish = trust_wish(arguments);
  if (!wish) return fail(std::move(wish.error()));
  wish->may_expect_nobody = expecting == Expecting::Anybody;
  auto choices = choose_trust(*wish);
  if (!choices) return fail(std::move(choices.error()));
  const auto ids = find_revisions(arguments.operands(), Peel::Nothing);
  if (!ids) return fail(ids.error());
  auto read = read_git_evidence(*ids);
  if (!read) return fail(std::move(read.error()));
  if (auto named = name_tags(read->objects, arguments.operands()); !named) return fail(std::move(named.error()));
  show_warnings(*choices);
  for (const std::string& warning : read->warnings) output.note("signet: warning: " + warning);
  return GitQuestion{.choices = std::move(*choices), .objects = std::move(read->objects)};
}

}  // namespace signet::cli
