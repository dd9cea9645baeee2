// Rekor v2's write API (rekor-tiles; POST /api/v2/log/entries, hashedRekordRequestV002).
#pragma once

#include <string>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/transport.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Uploads one record and yields the entry with its proof, checked: the body is the one that was sent, the checkpoint
/// is signed by a log of the trusted root, the proof leads to it.
///
/// Where an identical entry is there already (409) its proof is computed from the log's tiles, and checked the same
/// way. A connection that breaks is tried once more: what was stored before the answer was lost is found so, and costs
/// no second signature.
/// @param base_url  from the signing config
/// @error LogUnavailable  no answer, 429, 405 (frozen shard), or a 5xx; the message names the service and the reason
/// @error LogRefused      a 4xx with the log's message, or a reply that does not verify
/// @error Deadline        no answer in time
Awaitable<Result<LogEntry>> upload_record(HttpTransport& transport, std::string base_url, const HashedRekord& record,
                                          const TrustedRoot& root, Deadline deadline);

}  // namespace signet::sigstore
