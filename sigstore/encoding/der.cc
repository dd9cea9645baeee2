#include "sigstore/encoding/der.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace signet::sigstore {
namespace {

std::unexpected<Error> not_der(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not DER: " + std::string(why));
}

// Short form below 128, else the fewest bytes that hold the length (X.690 §10.1).
Bytes encode_length(std::size_t length) {
  if (length < 0x80) return {static_cast<std::uint8_t>(length)};
  Bytes big_endian;
  for (std::size_t rest = length; rest != 0; rest >>= 8U) big_endian.push_back(static_cast<std::uint8_t>(rest & 0xffU));
  big_endian.push_back(static_cast<std::uint8_t>(0x80U | big_endian.size()));
  std::ranges::reverse(big_endian);
  return big_endian;
}

// Takes the length off the front of `rest`. Four bytes of length are more than any document here has.
Result<std::size_t> take_length(ByteView& rest) {
  if (rest.empty()) return not_der("an element without a length");
  const std::uint8_t first = rest.front();
  rest = rest.subspan(1);
  if (first < 0x80) return first;
  const std::size_t count = first & 0x7fU;
  if (count == 0) return not_der("an indefinite length");
  if (count > 4 || count > rest.size()) return not_der("a length that is too long");
  std::size_t length = 0;
  for (const std::uint8_t byte : rest.first(count)) length = (length << 8U) | byte;
  if (length < 0x80 || rest.front() == 0) return not_der("a length that is not minimal");
  rest = rest.subspan(count);
  return length;
}

void append_base128(Bytes& out, std::uint64_t number) {
  Bytes reversed = {static_cast<std::uint8_t>(number & 0x7fU)};
  for (number >>= 7U; number != 0; number >>= 7U)
    reversed.push_back(static_cast<std::uint8_t>(0x80U | (number & 0x7fU)));
  out.insert(out.end(), reversed.rbegin(), reversed.rend());
}

std::vector<std::uint64_t> arcs_of(std::string_view dotted) {
  std::vector<std::uint64_t> arcs;
  const char* at = dotted.data();
  const char* const end = at + dotted.size();
  while (at < end) {
    std::uint64_t arc = 0;
    at = std::from_chars(at, end, arc).ptr + 1;  // over the dot
    arcs.push_back(arc);
  }
  return arcs;
}

}  // namespace

Bytes encode_der(std::uint8_t tag, ByteView content) {
  const Bytes length = encode_length(content.size());
  Bytes out;
  out.reserve(1 + length.size() + content.size());
  out.push_back(tag);
  append(out, length);
  append(out, content);
  return out;
}

Bytes encode_der(std::uint8_t tag, const std::vector<Bytes>& elements) {
  Bytes content;
  for (const Bytes& element : elements) append(content, element);
  return encode_der(tag, content);
}

Bytes encode_der_set_of(std::uint8_t tag, std::vector<Bytes> elements) {
  // X.690 §11.6 pads the shorter one with zeros; as no element is the beginning of another, this is the same order.
  std::ranges::sort(elements);
  return encode_der(tag, elements);
}

Bytes encode_der_oid(std::string_view dotted) {
  const std::vector<std::uint64_t> arcs = arcs_of(dotted);
  Bytes content;
  append_base128(content, arcs.at(0) * 40 + arcs.at(1));
  for (std::size_t i = 2; i < arcs.size(); ++i) append_base128(content, arcs[i]);
  return encode_der(der_tag::kObjectIdentifier, content);
}

Bytes encode_der_unsigned(ByteView big_endian) {
  const auto first = std::ranges::find_if(big_endian, [](std::uint8_t byte) { return byte != 0; });
  Bytes content(first, big_endian.end());
  if (content.empty() || content.front() >= 0x80) content.insert(content.begin(), 0);
  return encode_der(der_tag::kInteger, content);
}

Result<DerReader::Element> DerReader::next() {
  if (rest_.empty()) return not_der("an element is missing");
  const std::uint8_t tag = rest_.front();
  if (tag == 0 || (tag & 0x1fU) == 0x1fU) return not_der("a tag that is not used here");
  ByteView rest = rest_.subspan(1);
  const auto length = take_length(rest);
  if (!length) return fail(length.error());
  if (*length > rest.size()) return not_der("an element that is cut off");
  const std::size_t whole = rest_.size() - rest.size() + *length;
  const Element element{.tag = tag, .content = rest.first(*length), .whole = rest_.first(whole)};
  rest_ = rest_.subspan(whole);
  return element;
}

Result<DerReader::Element> DerReader::expect(std::uint8_t tag) {
  if (!rest_.empty() && rest_.front() != tag) return not_der("another element than the one that must stand there");
  return next();
}

Result<std::optional<DerReader::Element>> DerReader::optional(std::uint8_t tag) {
  if (rest_.empty() || rest_.front() != tag) return std::nullopt;
  const auto element = next();
  if (!element) return fail(element.error());
  return *element;
}

Result<void> DerReader::finish() const {
  if (!rest_.empty()) return not_der("data after the last element");
  return {};
}

}  // namespace signet::sigstore
