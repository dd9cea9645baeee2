// Text, line by line.
#pragma once

#include <algorithm>
#include <string_view>

namespace signet {

/// Takes the first line off `text`, with its line end; the last one needs none.
///
/// @return  it, without its line end
constexpr std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace signet
