// A small DER writer and reader (X.690 §10): enough for the structures that OpenSSL has no builder for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore {

namespace der_tag {
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kUtf8String = 0x0c;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kGeneralizedTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
/// Context-specific, constructed [n].
[[nodiscard]] constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0xa0U | number); }
}  // namespace der_tag

/// One element: tag, definite length, content.
[[nodiscard]] Bytes encode_der(std::uint8_t tag, ByteView content);
/// One constructed element around already encoded ones, in the given order.
[[nodiscard]] Bytes encode_der(std::uint8_t tag, const std::vector<Bytes>& elements);
/// SET OF: the elements sorted by their encodings (X.690 §11.6). `tag` is kSet or an implicit one.
[[nodiscard]] Bytes encode_der_set_of(std::uint8_t tag, std::vector<Bytes> elements);
/// An OBJECT IDENTIFIER from its dotted form; `dotted` is a constant of ours.
[[nodiscard]] Bytes encode_der_oid(std::string_view dotted);
/// A non-negative INTEGER from big-endian bytes: leading zeros dropped, one added where the high bit is set.
[[nodiscard]] Bytes encode_der_unsigned(ByteView big_endian);

/// Walks over the elements of one content. A view: the bytes must outlive it.
class DerReader {
 public:
  struct Element {
    std::uint8_t tag = 0;
    ByteView content;
    ByteView whole;  ///< tag and length included
  };

  explicit DerReader(ByteView bytes) : rest_(bytes) {}

  /// The next element, whatever its tag. One-byte tags, definite minimal lengths.
  /// @error InvalidRequest  not DER, or nothing left
  [[nodiscard]] Result<Element> next();
  /// The next element, which must have that tag.
  /// @error InvalidRequest  not DER, nothing left, or another tag
  [[nodiscard]] Result<Element> expect(std::uint8_t tag);
  /// The next element if it has that tag.
  [[nodiscard]] Result<std::optional<Element>> optional(std::uint8_t tag);
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  /// @error InvalidRequest  bytes are left over
  [[nodiscard]] Result<void> finish() const;

 private:
  ByteView rest_;
};

}  // namespace signet::sigstore
