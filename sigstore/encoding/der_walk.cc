#include "sigstore/encoding/der_walk.h"

#include <utility>

namespace signet::sigstore {

DerReader::Element DerWalk::next() { return keep(reader_.next()); }

DerReader::Element DerWalk::expect(std::uint8_t tag) { return keep(reader_.expect(tag)); }

std::optional<DerReader::Element> DerWalk::optional(std::uint8_t tag) {
  auto element = reader_.optional(tag);
  if (!element) refuse(std::move(element.error()));
  return element && !error_ ? *element : std::nullopt;
}

void DerWalk::refuse(Error error) {
  if (!error_) error_ = std::move(error);
}

Result<void> DerWalk::finish() const {
  if (error_) return fail(*error_);
  return reader_.finish();
}

DerReader::Element DerWalk::keep(Result<DerReader::Element> element) {
  if (element && !error_) return *element;
  if (!element) refuse(std::move(element.error()));
  return {};
}

std::optional<ByteView> der_content(ByteView whole, std::uint8_t tag) {
  DerReader reader(whole);
  const auto element = reader.expect(tag);
  if (!element || !reader.finish()) return std::nullopt;
  return element->content;
}

}  // namespace signet::sigstore
