// The readers of bodies by kind, for parse_log_body() alone: one file each.
#pragma once

#include <string_view>

#include "common/error.h"
#include "json/value.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sigstore::body {

/// @param text  of the document; a body of Rekor v2 must be its canonical form
/// @error InvalidRequest  as parse_log_body(), for each
[[nodiscard]] Result<LogBody> read_hashedrekord_v1(const json::Value& document, std::string_view text);
[[nodiscard]] Result<LogBody> read_hashedrekord_v2(const json::Value& document, std::string_view text);
[[nodiscard]] Result<LogBody> read_dsse_v1(const json::Value& document, std::string_view text);
[[nodiscard]] Result<LogBody> read_intoto_v2(const json::Value& document, std::string_view text);

}  // namespace signet::sigstore::body
