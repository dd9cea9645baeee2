// The suite's command sign-bundle.
#pragma once

#include <span>

namespace signet::conformance {

/// Signs with a key that is made for it and forgotten; services and trust are those of --signing-config and
/// --trusted-root, or of the public-good or staging instance as signet ships them.
///
/// @param words  behind the command
/// @return  0 signed; 1 not, and standard error says why; 2 wrong use
[[nodiscard]] int sign_bundle(std::span<const char* const> words);

}  // namespace signet::conformance
