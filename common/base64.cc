#include "common/base64.h"

#include <array>

namespace signet {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Table = std::array<int, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table.at(static_cast<std::uint8_t>(alphabet[i])) = static_cast<int>(i);
  }
  return table;
}

constexpr Table kStandardInverse = inverse(kStandard);
constexpr Table kUrlSafeInverse = inverse(kUrlSafe);

std::string encode(ByteView bytes, std::string_view alphabet, bool padded) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t group = (static_cast<std::uint32_t>(bytes[i]) << 16U) |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8U : 0U) |
                                (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0U);
    text += alphabet[(group >> 18U) & 63U];
    text += alphabet[(group >> 12U) & 63U];
    if (left > 1) text += alphabet[(group >> 6U) & 63U];
    if (left > 2) text += alphabet[group & 63U];
    if (padded && left < 3) text.append(3 - left, '=');
  }
  return text;
}

std::unexpected<Error> refuse() { return fail(ErrorCode::InvalidRequest, "text is not canonical base64"); }

// `text` holds digits only: padding has been taken off by the caller.
Result<Bytes> decode(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) return refuse();
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = table.at(static_cast<std::uint8_t>(c));
    if (value < 0) return refuse();
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>((group >> bits) & 0xffU));
    }
  }
  if ((group & ((1U << bits) - 1U)) != 0) return refuse();
  return bytes;
}

}  // namespace

std::string encode_base64(ByteView bytes) { return encode(bytes, kStandard, true); }

std::string encode_base64url(ByteView bytes) { return encode(bytes, kUrlSafe, false); }

Result<Bytes> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return refuse();
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kStandardInverse);
}

Result<Bytes> parse_base64url(std::string_view text) { return decode(text, kUrlSafeInverse); }

}  // namespace signet
