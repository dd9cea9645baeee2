// What git says of its failure, for people. git runs in the C locale, so that its own words are known.
#pragma once

#include <string>

#include "client/cli/git_command.h"
#include "common/error.h"

namespace signet::cli {

/// One line, safe to show: git's own "error: …" up to its first "fatal: …", behind what others said before, because a
/// remote's hook ("remote: …"), a refused push (" ! [rejected] …") or ssh names the reason and git's own words only the
/// end. Of many lines the first and the last ones. Without a line of git's: the last one that there is, and without any
/// how git ended.
[[nodiscard]] std::string words_of(const GitAnswer& answer);

/// An error in these words.
///
/// @param remedy  the next step, where git's words tell none: a repository of another user has its own
[[nodiscard]] std::unexpected<Error> refused_by_git(const GitAnswer& answer, ErrorCode code = ErrorCode::InvalidRequest,
                                                    std::string remedy = {});

}  // namespace signet::cli
