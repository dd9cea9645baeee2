// A walk over DER that asks once, at its end, whether all went well.
#pragma once

#include <cstdint>
#include <optional>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/encoding/der.h"

namespace signet::sigstore {

/// Remembers the first thing that was wrong; every element after it is empty, which finish() then tells. A view: the
/// bytes must outlive it.
class DerWalk {
 public:
  explicit DerWalk(ByteView content) : reader_(content) {}

  DerReader::Element next();
  DerReader::Element expect(std::uint8_t tag);
  std::optional<DerReader::Element> optional(std::uint8_t tag);
  /// For a caller that found something wrong with an element.
  void refuse(Error error);

  /// False at the end, and as soon as something is wrong: a loop over it ends.
  [[nodiscard]] bool more() const { return !error_ && !reader_.empty(); }
  /// @error InvalidRequest  the first thing that was wrong, or bytes are left over
  [[nodiscard]] Result<void> finish() const;

 private:
  DerReader::Element keep(Result<DerReader::Element> element);

  DerReader reader_;
  std::optional<Error> error_;
};

/// The content of `whole` where it is one element of that tag and nothing else.
[[nodiscard]] std::optional<ByteView> der_content(ByteView whole, std::uint8_t tag);

}  // namespace signet::sigstore
