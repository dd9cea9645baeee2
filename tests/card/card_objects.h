// The data objects of the card.
#pragma once

#include <map>

#include "common/bytes.h"
#include "tests/card/apdu.h"

namespace signet::test {

class CardObjects {
 public:
  /// GET DATA.
  [[nodiscard]] Reply read(ByteView request, bool verified) const;
  /// PUT DATA: `5C tag 53 content`; no content deletes the object.
  [[nodiscard]] Status write(ByteView request);

  void put(std::uint32_t tag, Bytes content) { objects_[tag] = std::move(content); }
  void put_certificate(std::uint32_t tag, ByteView der);
  /// All but the attestation certificate, which its maker has put there.
  void clear();

 private:
  std::map<std::uint32_t, Bytes> objects_;
};

}  // namespace signet::test
