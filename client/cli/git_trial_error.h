// Why a trial was not signed, from what the signer and git said of it.
#pragma once

#include <string>

#include "client/cli/git_command.h"
#include "common/error.h"

namespace signet::cli {

/// The error that signet-git wrote to standard error ("signet-git: NAME: what\n  next: remedy"); WorkerFailed with its
/// last line, where there is none in it.
[[nodiscard]] Error error_of_signer(const std::string& said);

/// The error that git itself told, with its signer's words where it repeats them: what ssh-keygen says of an agent that
/// refuses is WorkerFailed, anything else InvalidRequest.
[[nodiscard]] Error error_of_git(const GitAnswer& answer);

}  // namespace signet::cli
