// Rekor v2 over HTTP: POST /api/v2/log/entries, GET /api/v2/checkpoint and /api/v2/tile/….
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "sandbox/counters.h"
#include "sandbox/rekor_log.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {

/// Entries that wait at the same time are stored under one checkpoint, so that each is answered in the time of one.
///
/// @param executor  of the one thread that also serves; everything referred to must outlive the handler
[[nodiscard]] ServiceHandler make_rekor_api(boost::asio::any_io_executor executor, RekorLog& log, Counters& counters);

}  // namespace signet::sandbox
