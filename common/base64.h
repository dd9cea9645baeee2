// Base64 in the two forms that the formats of this field use (RFC 4648 §4 and §5). Canonical or refused.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet {

/// Standard alphabet, padded, no line breaks.
[[nodiscard]] std::string encode_base64(ByteView bytes);

/// The inverse of encode_base64(): exactly its output and nothing else.
///
/// @error InvalidRequest  wrong alphabet, white space, missing padding, or unused bits that are not zero
[[nodiscard]] Result<Bytes> parse_base64(std::string_view text);

/// URL-safe alphabet without padding, as JOSE uses it (RFC 7515 §2).
[[nodiscard]] std::string encode_base64url(ByteView bytes);

/// The inverse of encode_base64url(), equally strict.
///
/// @error InvalidRequest  wrong alphabet, padding, or unused bits that are not zero
[[nodiscard]] Result<Bytes> parse_base64url(std::string_view text);

}  // namespace signet
