// What Rekor v2's write API takes and answers (rekor-tiles: HashedRekordRequestV002, TransparencyLogEntry).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// {"hashedRekordRequestV002": …}.
[[nodiscard]] std::string encode_rekor_upload(const HashedRekord& record);

/// The entry of a reply of success. Rekor v2 has neither promise nor integrated time: what stands there is dropped,
/// because nobody signed it.
///
/// @error InvalidRequest  not strict JSON, or not an entry
[[nodiscard]] Result<LogEntry> parse_rekor_reply(std::string_view json);

/// The header x-log-index of a 409: where the identical entry is.
///
/// @error InvalidRequest  not a canonical decimal, or over 2^63 - 1
[[nodiscard]] Result<std::uint64_t> parse_log_index(std::string_view header);

}  // namespace signet::sigstore
