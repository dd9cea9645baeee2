// RFC 3161 over HTTP (§3.4): POST /api/v1/timestamp, and GET /api/v1/timestamp/certchain as Sigstore's authority has
// it.
#pragma once

#include "sandbox/counters.h"
#include "sandbox/service_api.h"
#include "sandbox/timestamp_authority.h"

namespace signet::sandbox {

/// Everything referred to must outlive the handler.
[[nodiscard]] ServiceHandler make_timestamp_api(const TimestampAuthority& authority, const Clock& clock,
                                                Counters& counters);

}  // namespace signet::sandbox
