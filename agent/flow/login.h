// Logging in and out: ID tokens brought by the owner, and what was obtained with them.
#pragma once

#include <optional>
#include <string>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/flow/certificates.h"
#include "agent/store/logins.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/secret.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

/// Keeps an ID token for the approval's identity, in memory alone.
///
/// @error as Logins::keep(); AuditUnavailable
Awaitable<Result<protocol::LoginReply>> log_in(AuditLog& audit, Logins& logins, const Approval& approval,
                                               Secret id_token);

/// Forgets ID token and certificates of the approval's identity, or of all where it is about none.
///
/// @error AuditUnavailable
Awaitable<Result<void>> log_out(AuditLog& audit, Logins& logins, Certificates& certificates, const Approval& approval);

}  // namespace signet::agent
