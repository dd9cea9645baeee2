// What the verbs `signet audit …` share. They read the state folder themselves: no agent needs to run.
#pragma once

#include "audit/folder.h"
#include "client/cli/verb.h"
#include "common/error.h"

namespace signet::cli {

inline constexpr Flag kStateDirFlag{
    .name = "state-dir", .value = "DIR", .text = "the agent's state folder; default: ~/.local/state/signet"};

/// Where the audit log lies: below --state-dir, or the default state folder.
///
/// @error InvalidRequest  neither --state-dir nor a home folder is there
[[nodiscard]] Result<audit::Folder> audit_folder(const Arguments& arguments);

}  // namespace signet::cli
