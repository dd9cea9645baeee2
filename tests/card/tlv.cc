#include "tests/card/tlv.h"

namespace signet::test {
namespace {

/// Takes bytes from the front; yields nothing from the first on that is not there.
class Front {
 public:
  explicit Front(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  std::optional<ByteView> take(std::size_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const ByteView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::optional<std::uint8_t> byte() {
    const auto taken = take(1);
    return taken ? std::optional(taken->front()) : std::nullopt;
  }

 private:
  ByteView bytes_;
};

std::optional<std::uint32_t> take_tag(Front& front) {
  auto byte = front.byte();
  if (!byte) return std::nullopt;
  std::uint32_t tag = *byte;
  if ((*byte & 0x1f) != 0x1f) return tag;
  do {
    byte = front.byte();
    if (!byte) return std::nullopt;
    tag = tag << 8 | *byte;
  } while ((*byte & 0x80) != 0);
  return tag;
}

std::optional<std::size_t> take_length(Front& front) {
  const auto first = front.byte();
  if (!first || *first < 0x80) return first;
  if (*first != 0x81 && *first != 0x82) return std::nullopt;
  std::size_t length = 0;
  for (int i = 0; i < *first - 0x80; ++i) {
    const auto byte = front.byte();
    if (!byte) return std::nullopt;
    length = length << 8 | *byte;
  }
  return length;
}

}  // namespace

Bytes tlv(std::uint32_t tag, ByteView content) {
  Bytes out;
  for (int shift = 16; shift >= 0; shift -= 8) {
    if (shift == 0 || tag >> shift != 0) out.push_back(static_cast<std::uint8_t>(tag >> shift));
  }
  if (content.size() >= 0x100) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8)});
  } else if (content.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

std::optional<Tlvs> Tlvs::parse(ByteView bytes) {
  Tlvs tlvs;
  for (Front front(bytes); !front.empty();) {
    const auto tag = take_tag(front);
    const auto length = tag ? take_length(front) : std::nullopt;
    const auto content = length ? front.take(*length) : std::nullopt;
    if (!content) return std::nullopt;
    tlvs.elements_.push_back({*tag, *content});
  }
  return tlvs;
}

std::optional<ByteView> Tlvs::find(std::uint32_t tag) const {
  for (const Element& element : elements_) {
    if (element.tag == tag) return element.content;
  }
  return std::nullopt;
}

std::optional<Tlvs> parse_template(std::uint32_t tag, ByteView bytes) {
  const auto outer = Tlvs::parse(bytes);
  const auto content = outer ? outer->find(tag) : std::nullopt;
  return content ? Tlvs::parse(*content) : std::nullopt;
}

}  // namespace signet::test
