// The one strict JSON reader (RFC 8259 without its liberties).
//
// Beyond the grammar it refuses: repeated member names, invalid UTF-8 and lone surrogates, a byte order mark, data
// after the document, integers outside int64 and numbers that a double cannot hold (1e400), and whatever is over the
// limits.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/error.h"
#include "json/value.h"

namespace signet::json {

/// Bounds for one document; each reader names its own where these do not fit.
struct ReadLimits {
  std::size_t bytes = std::size_t{16} * 1024 * 1024;  ///< a bundle with a large statement fits
  std::size_t depth = 32;                             ///< deeper nesting has no use here and costs stack
  std::size_t values = 200'000;                       ///< all values together: 40 bytes each at the least in memory
};

/// Reads one document.
///
/// @error InvalidRequest  not strict JSON; the message says what and at which byte
/// @error LimitExceeded   larger, deeper or with more values than `limits`
[[nodiscard]] Result<Value> parse(std::string_view text, const ReadLimits& limits = {});

}  // namespace signet::json
