// What somebody who mistyped a word may have meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::cli {

/// The word that `typed` is a misspelling or the beginning of; nothing where none or several come that near.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view typed, const std::vector<std::string>& words);

}  // namespace signet::cli
