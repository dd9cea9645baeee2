// Locking and unlocking the SSH agent's socket, with their lines in the audit log.
#pragma once

#include <functional>

#include <boost/asio/any_io_executor.hpp>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"

namespace signet::agent {

/// Locks by `shut`; then the tokens forget the PINs that persons entered (forget_entered_pins()), which has lines of
/// its own: that one of them does not leaves the socket locked all the same.
///
/// @error what `shut` said; AuditUnavailable
Awaitable<Result<void>> lock_ssh(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                 const Approval& approval, std::function<Result<void>()> shut);

/// @error what `open` said; AuditUnavailable
Awaitable<Result<void>> unlock_ssh(AuditLog& audit, const Approval& approval,
                                   std::function<Awaitable<Result<void>>()> open);

}  // namespace signet::agent
