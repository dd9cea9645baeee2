// From a decision to the right to go on, in one call: a refusal is in the audit log before anybody hears of it.
#pragma once

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/policy/decision.h"
#include "common/awaitable.h"
#include "common/error.h"

namespace signet::agent {

/// @error the decision's refusal; AuditUnavailable where its line could not be written
Awaitable<Result<Approval>> admit(AuditLog& audit, Decision decision);

}  // namespace signet::agent
