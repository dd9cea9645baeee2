// Rekor v1's write API (rekor, openapi.yaml; POST /api/v1/log/entries).
#pragma once

#include <string>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/transport.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/tlog/log_proposal.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Uploads one proposal and yields the entry with promise (SET) and proof, checked: the body is the one that the
/// proposal makes, promise and checkpoint are signed by a log of the trusted root, the proof leads to the checkpoint.
///
/// Where the entry is there already (409) it is read by its leaf hash, which follows from the body: no address out of a
/// reply is followed. A connection that breaks is tried once more, so that what was stored before the answer was lost
/// is found, and costs no second signature.
/// @param base_url  from the signing config
/// @error LogUnavailable  no answer, 429, 405 (frozen shard), or a 5xx; the message names the service and the reason
/// @error LogRefused      a 4xx with the log's message, or a reply that does not verify
/// @error Deadline        no answer in time
Awaitable<Result<LogEntry>> upload_proposal(HttpTransport& transport, std::string base_url, const LogProposal& proposal,
                                            const TrustedRoot& root, Deadline deadline);

}  // namespace signet::sigstore
