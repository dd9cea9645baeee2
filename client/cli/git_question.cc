#include "client/cli/git_question.h"

#include <utility>

#include "client/cli/git_repository.h"

namespace signet::cli {

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
  show_warnings(*choices);
  for (const std::string& warning : read->warnings) output.note("signet: warning: " + warning);
  return GitQuestion{.choices = std::move(*choices), .objects = std::move(read->objects)};
}

}  // namespace signet::cli
