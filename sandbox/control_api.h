// The sandbox's own door for tests: POST /fault and GET /counters, for whoever knows the secret.
#pragma once

#include "common/secret.h"
#include "sandbox/counters.h"
#include "sandbox/faults.h"
#include "sandbox/http_server.h"

namespace signet::sandbox {

/// /fault takes {"service": …, "mode": …, "count": n} (count may be missing). Everything referred to must outlive the
/// handler.
[[nodiscard]] HttpHandler make_control_api(const Secret& secret, FaultBoard& faults, Counters& counters);

}  // namespace signet::sandbox
