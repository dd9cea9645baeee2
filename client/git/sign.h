// Signing for git: the object comes on stdin, the signature goes to stdout, the status lines follow.
#pragma once

#include <string>
#include <string_view>

#include "client/git/options.h"
#include "common/bytes.h"
#include "common/error.h"

namespace signet::git_program {

/// Reads stdin, asks the agent, and writes. Either the whole signature and then SIG_CREATED, or nothing at all on
/// stdout: git takes an empty stdout beside a good status for an unsigned commit.
///
/// @error any of the agent's errors; LimitExceeded  the object is larger than the agent takes; Cancelled  git has gone;
/// WorkerFailed  the agent's signature is not one that git could store
[[nodiscard]] Result<void> sign(const Options& options);

/// Refuses a text that git would store as a malformed commit or could not find again: exactly one block of PEM "SIGNED
/// MESSAGE" in lines of 64, as encode_pem() writes it.
///
/// @error WorkerFailed  it is none
[[nodiscard]] Result<void> check_armor(std::string_view armored);

}  // namespace signet::git_program
