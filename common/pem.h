// PEM armor (RFC 7468): one kind of block, strict.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet {

/// The length of a line of base64 that RFC 7468 §2 wants.
inline constexpr std::size_t kPemLine = 64;

/// "-----BEGIN <label>-----", without a line end.
[[nodiscard]] std::string pem_begin(std::string_view label);

/// "-----BEGIN <label>-----", base64 in lines of `line_length`, "-----END <label>-----", LF line ends, the last one
/// included.
[[nodiscard]] std::string encode_pem(std::string_view label, ByteView der, std::size_t line_length = kPemLine);

/// The one block of that label in `text`; nothing but white space may stand around it. Line ends LF or CRLF, any line
/// length.
///
/// @error InvalidRequest  no such block, more than one, text around it, or not base64
[[nodiscard]] Result<Bytes> parse_pem(std::string_view label, std::string_view text);

/// All blocks of that label, in order, with nothing but white space around them.
///
/// @error InvalidRequest  none, another label, text between, or not base64
[[nodiscard]] Result<std::vector<Bytes>> parse_pem_chain(std::string_view label, std::string_view text);

}  // namespace signet
