// The sandbox's timestamp authority and log, asked without a signing client: the services' own answer time.
#pragma once

#include "bench/bare_module.h"
#include "bench/rounds.h"
#include "sandbox/ports.h"

namespace signet::bench {

/// Asks both at once for a new signature, over connections that stay open, and waits for both answers.
[[nodiscard]] Operation services_client(const sandbox::Endpoints& urls, const BareModule& module);

}  // namespace signet::bench
