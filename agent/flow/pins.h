// Entering PINs and forgetting them.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "protocol/agent_messages.h"
#include "protocol/asio/service.h"

namespace signet::agent {

/// Makes ready to hand a connection to the keeper of a token, with its lines in the audit log.
///
/// @return  what takes the connection, once; the PIN comes over it, and is never read here
/// @error KeyNotFound   no such token
/// @error WorkerFailed  its keeper is not there; AuditUnavailable
Awaitable<Result<protocol::Heir>> admit_pin(AuditLog& audit, Tokens& tokens, const Approval& approval,
                                            protocol::EnterPinRequest request);

/// Makes the keepers of all tokens, or of the one that is named, forget their PINs and log out, with lines in the audit
/// log. Their PIN's file is not read again by this agent.
///
/// @error KeyNotFound   no such token
/// @error WorkerFailed  a keeper did not say that it has; AuditUnavailable
Awaitable<Result<void>> lock_tokens(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                    const Approval& approval, protocol::LockRequest request);

/// The same for the tokens whose PIN a person entered. A PIN that lies in a file is no secret to whoever may use it.
///
/// @error WorkerFailed, AuditUnavailable  as lock_tokens()
Awaitable<Result<void>> forget_entered_pins(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                            const Approval& approval);

}  // namespace signet::agent
