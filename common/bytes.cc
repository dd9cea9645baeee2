#include "common/bytes.h"

#include <algorithm>

namespace signet {

ByteView bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

std::string_view text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Bytes to_bytes(std::string_view text) { return to_bytes(bytes_of(text)); }

Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

void append(Bytes& buffer, ByteView more) { buffer.insert(buffer.end(), more.begin(), more.end()); }

void append(Bytes& buffer, std::string_view more) { append(buffer, bytes_of(more)); }

bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

}  // namespace signet
