// Names of revisions that lead to one thing alone. Whoever may push a tag may give it the name of a branch.
#pragma once

#include <string>

#include "client/cli/git_command.h"
#include "common/error.h"

namespace signet::cli {

/// Has git answer what a revision is, and refuses one whose name is that of several refs: git takes a tag before the
/// branch of that name, and a tag "origin/main" before what was fetched. HEAD, and an object's whole id, are always
/// what they say.
///
/// @param command  as plumbing() makes it
/// @return  its standard output
/// @error InvalidRequest  the name is ambiguous, or git says no: the message is git's
/// @error as run_git()
[[nodiscard]] Result<std::string> ask_for_revision(GitCommand command);

}  // namespace signet::cli
