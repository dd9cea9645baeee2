// Outside strings on their way to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace signet {

/// Makes a string from outside safe to show: control characters (C0, DEL, C1), bidirectional overrides and isolates,
/// zero-width characters, line and paragraph separators, and bytes that are not UTF-8 become U+FFFD; what is longer
/// than `limit` characters is cut and ends in "…". The result is one line of valid UTF-8.
[[nodiscard]] std::string display_text(std::string_view text, std::size_t limit = 200);

/// The same in double quotes, with a backslash before each quote and backslash in it: whoever wrote the text cannot end
/// it and go on in the words of the one who shows it.
[[nodiscard]] std::string quoted_text(std::string_view text, std::size_t limit = 200);

/// JSON text with what display_text() replaces as \uXXXX escapes, which mean the same to whoever reads it; only bytes
/// that are not UTF-8, which JSON cannot hold, become U+FFFD. `json` has such characters in its strings alone.
[[nodiscard]] std::string display_json(std::string_view json);

/// True where `text` is well-formed UTF-8 (no surrogates, no overlong forms; RFC 3629 §4).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace signet
