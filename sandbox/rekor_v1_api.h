// Rekor v1 over HTTP: creating and reading entries, the index, and the log's state.
//
//   POST /api/v1/log/entries                 201 with ETag and Location, 400, or 409 with Location
//   GET  /api/v1/log/entries/<uuid>          64 hex digits (leaf hash) or 80 (tree id before it)
//   GET  /api/v1/log/entries?logIndex=<n>    the index in all shards
//   POST /api/v1/index/retrieve              UUIDs by hash, e-mail, public key
//   GET  /api/v1/log                         root, size, checkpoint, tree id
//   GET  /api/v1/log/publicKey
//   GET  /api/v1/log/proof?firstSize=<m>&lastSize=<n>   consistency; lastSize is the log's size
#pragma once

#include "sandbox/counters.h"
#include "sandbox/rekor_v1_log.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {

/// Everything referred to must outlive the handler.
[[nodiscard]] ServiceHandler make_rekor_v1_api(RekorV1Log& log, Counters& counters);

}  // namespace signet::sandbox
