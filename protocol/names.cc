#include "protocol/names.h"

#include "common/hex.h"

namespace signet::protocol {

std::chrono::milliseconds take_deadline(json::Fields& fields, std::string_view member,
                                        std::chrono::milliseconds longest) {
  const std::int64_t count = fields.integer(member);
  if (count < 1 || count > longest.count()) {
    fields.refuse(member, "is not between 1 and " + std::to_string(longest.count()) + " milliseconds");
    return longest;
  }
  return std::chrono::milliseconds(count);
}

std::string take_hex(json::Fields& fields, std::string_view member) {
  std::string text = fields.text(member);
  const auto bytes = parse_hex(text);
  if (!bytes || encode_hex(*bytes) != text) fields.refuse(member, "is not lower-case hexadecimal");
  return text;
}

json::Value encode_texts(std::span<const std::string> texts) {
  json::Array array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace signet::protocol
