#include "common/display.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace signet {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  char32_t value;
  std::size_t length;
};

// The character at the front of `text`, or nothing when the bytes there are not UTF-8 (RFC 3629 §4).
std::optional<Character> front_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return Character{first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return std::nullopt;
  char32_t value = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return std::nullopt;
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest.at(length) || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return std::nullopt;
  return Character{value, length};
}

// "\u202e"; two of them where the character lies beyond 16 bits (RFC 8259 §7).
std::string json_escape(char32_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto unit = [&](char32_t code) {
    std::string text = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(code >> static_cast<unsigned>(shift)) & 0xfU];
    return text;
  };
  if (value < 0x10000) return unit(value);
  const char32_t rest = value - 0x10000;
  return unit(0xd800 + (rest >> 10U)) + unit(0xdc00 + (rest & 0x3ffU));
}

bool may_be_shown(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;  // C0, DEL, C1
  if (c == 0x00ad || c == 0x061c || c == 0xfeff) return false;
  if (c >= 0x200b && c <= 0x200f) return false;  // zero-width, directional marks
  if (c >= 0x2028 && c <= 0x202e) return false;  // separators, embeddings, overrides
  if (c >= 0x2060 && c <= 0x206f) return false;  // isolates and invisible operators
  return c < 0xe0000 || c > 0xe0fff;             // tags
}

}  // namespace

std::string display_text(std::string_view text, std::size_t limit) {
  std::string shown;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == limit) return shown + "\xE2\x80\xA6";
    const auto character = front_character(text);
    const std::size_t length = character ? character->length : 1;
    if (character && may_be_shown(character->value)) {
      shown += text.substr(0, length);
    } else {
      shown += kReplacement;
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string quoted_text(std::string_view text, std::size_t limit) {
  std::string quoted = "\"";
  for (const char c : display_text(text, limit)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string display_json(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  while (!json.empty()) {
    const auto character = front_character(json);
    const std::size_t length = character ? character->length : 1;
    if (!character) {
      shown += kReplacement;
    } else if (character->value == '\n' || may_be_shown(character->value)) {
      shown += json.substr(0, length);
    } else {
      shown += json_escape(character->value);
    }
    json.remove_prefix(length);
  }
  return shown;
}

bool is_utf8(std::string_view text) {
  const auto is_more_than_ascii = [](char c) { return static_cast<std::uint8_t>(c) >= 0x80; };
  while (true) {
    // What is read here is mostly base64 and names of members: ASCII is passed over at once.
    text = std::string_view(std::ranges::find_if(text, is_more_than_ascii), text.end());
    if (text.empty()) return true;
    const auto character = front_character(text);
    if (!character) return false;
    text.remove_prefix(character->length);
  }
}

}  // namespace signet
