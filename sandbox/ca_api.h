// Fulcio's v2 API over HTTP: POST /api/v2/signingCert, GET /api/v2/trustBundle and /api/v2/configuration; and of its
// legacy one POST /api/v1/signingCert and GET /api/v1/rootCert.
#pragma once

#include "sandbox/certificate_authority.h"
#include "sandbox/counters.h"
#include "sandbox/oidc_issuer.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {

/// Everything referred to must outlive the handler; `faults` holds the CT log's switch.
[[nodiscard]] ServiceHandler make_ca_api(CertificateAuthority& ca, const OidcIssuer& issuer, FaultBoard& faults,
                                         const Clock& clock, Counters& counters);

}  // namespace signet::sandbox
