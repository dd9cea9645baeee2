// Verification for git: handed over to signet, which knows trust roots and cryptography (this program stays light).
#pragma once

#include "client/git/options.h"
#include "common/error.h"

namespace signet::git_program {

/// Becomes the program `signet` that lies beside this one. Returns only where that fails; git has then been told that
/// nothing could be decided (ERRSIG).
///
/// @error AgentUnavailable  there is no such program, or it cannot be run: the message names it
[[nodiscard]] Error verify(const Options& options);

}  // namespace signet::git_program
