// Byte strings: the owning type, the view, and the two ways between bytes and text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, without copying. The text must outlive the view.
[[nodiscard]] ByteView bytes_of(std::string_view text);

/// The text that these bytes are, without copying and without any check of encoding.
[[nodiscard]] std::string_view text_of(ByteView bytes);

[[nodiscard]] Bytes to_bytes(std::string_view text);
[[nodiscard]] Bytes to_bytes(ByteView view);

/// Appends `more` to `buffer`.
void append(Bytes& buffer, ByteView more);
void append(Bytes& buffer, std::string_view more);

/// Byte-wise equality of two views.
[[nodiscard]] bool equal(ByteView a, ByteView b);

}  // namespace signet
