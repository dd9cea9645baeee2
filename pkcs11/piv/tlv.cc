#include "pkcs11/piv/tlv.h"

namespace signet::pkcs11 {
namespace {

// The low five bits all set say that a second byte follows.
constexpr unsigned kLongTag = 0x1f;
constexpr std::uint8_t kOneByte = 0x81;
constexpr std::uint8_t kTwoBytes = 0x82;

}  // namespace

Bytes encode_tlv(unsigned tag, ByteView content) {
  Bytes out;
  if (tag > 0xff) out.push_back(static_cast<std::uint8_t>(tag >> 8U));
  out.push_back(static_cast<std::uint8_t>(tag));
  if (content.size() > 0xff) {
    out.push_back(kTwoBytes);
    out.push_back(static_cast<std::uint8_t>(content.size() >> 8U));
  } else if (content.size() > 0x7f) {
    out.push_back(kOneByte);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

std::optional<TlvReader::Element> TlvReader::next() {
  ByteView at = rest_;
  rest_ = {};
  if (at.size() < 2) return std::nullopt;
  Element element{.tag = at[0], .content = {}};
  at = at.subspan(1);
  if ((element.tag & kLongTag) == kLongTag) {
    element.tag = element.tag << 8U | at[0];
    at = at.subspan(1);
  }
  if (at.empty()) return std::nullopt;
  std::size_t size = at[0];
  std::size_t header = 1;
  if (at[0] == kOneByte && at.size() >= 2) {
    size = at[1];
    header = 2;
  } else if (at[0] == kTwoBytes && at.size() >= 3) {
    size = static_cast<std::size_t>(at[1]) << 8U | at[2];
    header = 3;
  } else if (at[0] > 0x7f) {
    return std::nullopt;
  }
  if (at.size() - header < size) return std::nullopt;
  element.content = at.subspan(header, size);
  rest_ = at.subspan(header + size);
  return element;
}

std::optional<ByteView> find_tlv(ByteView bytes, unsigned tag) {
  TlvReader reader(bytes);
  while (const auto element = reader.next()) {
    if (element->tag == tag) return element->content;
  }
  return std::nullopt;
}

}  // namespace signet::pkcs11
