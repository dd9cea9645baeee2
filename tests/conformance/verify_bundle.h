// The suite's command verify-bundle.
#pragma once

#include <span>

namespace signet::conformance {

/// Asks no network: without --trusted-root it is the public-good or staging root that signet ships.
///
/// @param words  behind the command
/// @return  0 verified; 1 refused, or a file that cannot be read; 2 wrong use
[[nodiscard]] int verify_bundle(std::span<const char* const> words);

}  // namespace signet::conformance
