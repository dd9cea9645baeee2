// The OIDC issuer over HTTP: discovery, its keys, and POST /mint for whoever knows the secret.
#pragma once

#include <string>

#include "sandbox/counters.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {

/// /mint takes {"email": …, "lifetime_s": …} under "Authorization: Bearer SECRET" and answers {"id_token": …}.
/// Everything referred to must outlive the handler.
[[nodiscard]] ServiceHandler make_issuer_api(const OidcIssuer& issuer, const Secret& secret, const Clock& clock,
                                             Counters& counters);

}  // namespace signet::sandbox
