// Lower-case hexadecimal (RFC 4648 §8).
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet {

/// Two lower-case digits for each byte.
[[nodiscard]] std::string encode_hex(ByteView bytes);

/// The inverse of encode_hex(); upper-case digits are taken too.
///
/// @error InvalidRequest  an odd number of digits, or a character that is not a hexadecimal digit
[[nodiscard]] Result<Bytes> parse_hex(std::string_view text);

}  // namespace signet
