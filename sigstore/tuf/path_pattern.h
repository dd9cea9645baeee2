// The patterns by which targets are delegated.
#pragma once

#include <string_view>

namespace signet::sigstore::tuf {

/// Shell patterns where `*` (any characters) and `?` (one character) never match "/"; every other character stands for
/// itself. In time linear in the product of both lengths.
///
/// @source  TUF specification 1.0.34 §4.5 (PATHPATTERN)
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path);

}  // namespace signet::sigstore::tuf
