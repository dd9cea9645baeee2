// Text on its way to pinentry: the Assuan protocol has one command per line, of at most 1000 bytes.
#pragma once

#include <string>
#include <string_view>

namespace signet::pinentry {

/// Makes a text safe to show, escapes what has a meaning in a line (percent, line ends), and cuts it so that the line
/// fits.
[[nodiscard]] std::string escape_words(std::string_view text);

}  // namespace signet::pinentry
