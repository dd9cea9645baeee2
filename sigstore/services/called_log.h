// A transparency log as a service: what its errors are called, and what its entries must be, in both of Rekor's APIs.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "sigstore/services/called_service.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

[[nodiscard]] CalledService called_log(std::string base_url);

/// error_of_reply(), and for a shard that is frozen (405) what to do about it.
[[nodiscard]] Error error_of_log_reply(const CalledService& log, const HttpResponse& response);

/// Checks an entry that a log gave for a body: it is of that body, and it verifies under the trusted root.
///
/// @error LogRefused
[[nodiscard]] Result<void> check_logged(const CalledService& log, const LogEntry& entry, std::string_view body,
                                        const TrustedRoot& root);

}  // namespace signet::sigstore
