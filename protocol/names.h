// Values that stand as names or spans of time in messages; shared by the decoders of this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "json/fields.h"

namespace signet::protocol {

/// The enumerator whose name stands at its place in `names`.
template <typename Enum>
[[nodiscard]] std::optional<Enum> find_name(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// Reads a required member that is one of `names`; another text is recorded as the fields' error.
template <typename Enum>
[[nodiscard]] Enum take_name(json::Fields& fields, std::string_view member, std::span<const std::string_view> names) {
  const auto found = find_name<Enum>(names, fields.text(member));
  if (!found) fields.refuse(member, "is none of the values that the interface lists");
  return found.value_or(Enum{});
}

/// Reads a member that may be absent, and is one of `names` otherwise.
template <typename Enum>
[[nodiscard]] std::optional<Enum> take_optional_name(json::Fields& fields, std::string_view member,
                                                     std::span<const std::string_view> names) {
  const auto text = fields.optional_text(member);
  if (!text) return std::nullopt;
  const auto found = find_name<Enum>(names, *text);
  if (!found) fields.refuse(member, "is none of the values that the interface lists");
  return found;
}

/// Reads a required member in milliseconds: at least 1, at most `longest`.
[[nodiscard]] std::chrono::milliseconds take_deadline(json::Fields& fields, std::string_view member,
                                                      std::chrono::milliseconds longest);

/// Reads a required member that is lower-case hexadecimal (a CKA_ID).
[[nodiscard]] std::string take_hex(json::Fields& fields, std::string_view member);

/// A list of strings as JSON.
[[nodiscard]] json::Value encode_texts(std::span<const std::string> texts);

}  // namespace signet::protocol
