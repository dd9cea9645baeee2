// An entry that is in a Rekor v2 log already: its proof from the log's checkpoint and tiles, over HTTP.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/called_service.h"
#include "sigstore/services/transport.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Reads a checkpoint that covers the entry, waiting for one where there is none yet, and the tiles that its proof
/// takes. The checkpoint is signed by a log of the trusted root; the proof is not checked (verify_log_entry() does).
///
/// @param body  the entry's canonical body
/// @error LogUnavailable  no answer, 429, or a 5xx
/// @error LogRefused      another status, a checkpoint that no trusted log signed, or tiles that are none
/// @error Deadline        no answer, or no checkpoint that covers the entry, in time
Awaitable<Result<LogEntry>> fetch_stored_entry(HttpTransport& transport, const CalledService& log, std::uint64_t index,
                                               std::string_view body, const TrustedRoot& root, Deadline deadline);

}  // namespace signet::sigstore
