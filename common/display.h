// Outside strings on their way to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace signet {

/// Makes a string from outside safe to show: control characters (C0, DEL, C1), bidirectional overrides and isolates,
/// zero-width characters, line and paragraph separators, and bytes that are not UTF-8 become U+FFFD; what is longer
/// than `limit` characters is cut and ends in "…". The result is one line of valid UTF-8.
[[nodiscard]] std::string display_text(std::string_view text, std::size_t limit = 200);

/// True where `text` is well-formed UTF-8 (no surrogates, no overlong forms; RFC 3629 §4).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace signet
