// BER-TLV as PIV cards use it: tags of one or two bytes, definite lengths of at most two bytes (SP 800-73-4 part 2,
// ISO/IEC 7816-4 §5.2.2).
#pragma once

#include <optional>

#include "common/bytes.h"

namespace signet::pkcs11 {

/// Tag, length, content. Tags above 0xff have two bytes. Content of at most 65,535 bytes.
[[nodiscard]] Bytes encode_tlv(unsigned tag, ByteView content);

/// Reads one element after the other from what a card sent. After something malformed there are no more elements.
class TlvReader {
 public:
  struct Element {
    unsigned tag = 0;
    ByteView content;
  };
  explicit TlvReader(ByteView bytes) : rest_(bytes) {}
  [[nodiscard]] std::optional<Element> next();

 private:
  ByteView rest_;
};

/// The content of the first element with that tag.
[[nodiscard]] std::optional<ByteView> find_tlv(ByteView bytes, unsigned tag);

}  // namespace signet::pkcs11
