// Writes JSON: compact for the wire, indented for files that people read, canonical for what is hashed.
#pragma once

#include <string>

#include "json/value.h"

namespace signet::json {

/// No white space; members in their order; strings as UTF-8 with only the escapes that RFC 8259 §7 demands.
[[nodiscard]] std::string write(const Value& value);

/// The same on several lines with two blanks of indentation, ending in a line end.
[[nodiscard]] std::string write_indented(const Value& value);

/// RFC 8785 (JCS): members sorted by UTF-16 code units, no white space, minimal escapes. Covers strings, integers,
/// booleans, null, arrays and objects; no format of ours that is hashed holds another number, and such a one is written
/// as `write` does.
[[nodiscard]] std::string write_canonical(const Value& value);

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace signet::json
