#include "pinentry/words.h"

#include "common/display.h"

namespace signet::pinentry {
namespace {

// Three bytes for each at most, and the command before them.
constexpr std::size_t kCharacters = 600;
constexpr std::size_t kBytes = 900;

}  // namespace

std::string escape_words(std::string_view text) {
  std::string line;
  const std::string shown = display_text(text, kCharacters);
  for (std::size_t at = 0; at < shown.size();) {
    std::size_t next = at + 1;  // after the whole character
    while (next < shown.size() && (static_cast<unsigned char>(shown[next]) & 0xc0U) == 0x80U) ++next;
    const std::string piece = shown[at] == '%' ? "%25" : shown.substr(at, next - at);
    if (line.size() + piece.size() > kBytes) break;
    line += piece;
    at = next;
  }
  return line;
}

}  // namespace signet::pinentry
