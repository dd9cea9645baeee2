// Letting go of a token, so that another program can have it, and taking it again.
#pragma once

#include <string>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

/// Lets go of a token; ends when the process that held it has ended.
///
/// @error KeyNotFound  the configuration has no such token
/// @error Deadline     the process has not ended yet
/// @error AuditUnavailable
Awaitable<Result<protocol::ReleaseReply>> release_token(AuditLog& audit, Tokens& tokens, const Approval& approval,
                                                        std::string name);

/// Takes it again. One that was not released stays as it is.
///
/// @error KeyNotFound, AuditUnavailable
Awaitable<Result<void>> reacquire_token(AuditLog& audit, Tokens& tokens, const Approval& approval, std::string name);

}  // namespace signet::agent
