// The JSON of Rekor v2's write API (rekor-tiles, HashedRekordRequestV002 and TransparencyLogEntry).
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sandbox {

/// Reads {"hashedRekordRequestV002": …}; unknown members are refused, as Rekor does.
///
/// @error InvalidRequest  malformed; the message is for the 400
[[nodiscard]] Result<sigstore::HashedRekord> parse_upload(std::string_view json);

/// The reply: proto JSON with defaults written out.
[[nodiscard]] std::string encode_upload_reply(const sigstore::LogEntry& entry);

}  // namespace signet::sandbox
