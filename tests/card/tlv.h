// BER-TLV as PIV uses it: tags of one to three bytes, definite lengths up to 65535 (SP 800-73-4 part 1, appendix A).
#pragma once

#include <optional>
#include <vector>

#include "common/bytes.h"

namespace signet::test {

/// @param tag  as its bytes are read, for example 0x7f49
[[nodiscard]] Bytes tlv(std::uint32_t tag, ByteView content);

/// Elements that stand one after the other. The bytes that were parsed must outlive it.
class Tlvs {
 public:
  /// Nothing where a length does not fit.
  [[nodiscard]] static std::optional<Tlvs> parse(ByteView bytes);

  /// The content of the first element with that tag.
  [[nodiscard]] std::optional<ByteView> find(std::uint32_t tag) const;

 private:
  struct Element {
    std::uint32_t tag;
    ByteView content;
  };
  std::vector<Element> elements_;
};

/// The elements inside the one element of that tag, of which the bytes consist.
[[nodiscard]] std::optional<Tlvs> parse_template(std::uint32_t tag, ByteView bytes);

}  // namespace signet::test
