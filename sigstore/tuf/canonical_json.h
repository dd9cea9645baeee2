// The JSON that TUF signs: OLPC canonical JSON. It is not RFC 8785.
#pragma once

#include <string>

#include "common/error.h"
#include "json/value.h"

namespace signet::sigstore::tuf {

/// Members sorted by their names' bytes, no white space, integers in plain decimal; strings as they are, control
/// characters included, with a backslash before quotes and backslashes alone.
///
/// @error InvalidRequest  a number that is no 64-bit integer: this form has none
/// @source  TUF specification 1.0.34 §4.2.1; wiki.laptop.org/go/Canonical_JSON
[[nodiscard]] Result<std::string> encode_canonical(const json::Value& value);

}  // namespace signet::sigstore::tuf
