// Rekor v1's search by certificate and digest (rekor, openapi.yaml; POST /api/v1/index/retrieve, GET
// /api/v1/log/entries/UUID): for signatures that come without their entry. The index is best effort: that it finds
// nothing proves nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/transport.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// More entries than these of one digest and certificate are not looked at.
inline constexpr std::size_t kMaxFoundEntries = 16;

/// The first hashedrekord entry (0.0.1) of a digest whose verifier is the certificate; nothing where the index knows
/// none. The entry is not verified.
///
/// @param base_url     from the signing config
/// @param certificate  DER
/// @error LogUnavailable  no answer, 429, or a 5xx
/// @error LogRefused      another status, or a reply that is none
/// @error Deadline        no answer in time
Awaitable<Result<std::optional<LogEntry>>> find_entry(HttpTransport& transport, std::string base_url, Bytes certificate,
                                                      Digest digest, Deadline deadline);

/// The UUIDs of a reply of the index: 64 or 80 lower-case hexadecimal digits each.
///
/// @error InvalidRequest  not strict JSON, not a list, or of something else
[[nodiscard]] Result<std::vector<std::string>> parse_index_reply(std::string_view json);

}  // namespace signet::sigstore
