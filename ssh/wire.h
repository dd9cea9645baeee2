// SSH's own encoding of numbers and texts (RFC 4251 §5): a writer, and a reader that is asked once, at its end, whether
// all went well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::ssh {

/// Appends fields to one byte string. Lengths are the caller's business: no field here comes near 4 GiB.
class Writer {
 public:
  Writer& byte(std::uint8_t value);
  Writer& boolean(bool value);
  /// Four bytes, big endian.
  Writer& uint32(std::uint32_t value);
  /// Its length as uint32, then the bytes.
  Writer& string(ByteView bytes);
  Writer& string(std::string_view text);
  /// The bytes alone.
  Writer& raw(ByteView bytes);
  Writer& raw(std::string_view text);
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Walks over the fields of one byte string. Remembers the first thing that was wrong; what is read after it is empty
/// or zero, which finish() then tells. A view: the bytes must outlive it, and what it yields points into them.
class Reader {
 public:
  /// @param what  what the bytes are, for the error: "an SSH key"; a text that outlives the reader
  Reader(ByteView bytes, std::string_view what) : rest_(bytes), what_(what) {}

  std::uint8_t byte();
  /// One byte, 0 or 1. RFC 4251 reads others as true; nobody may write them.
  bool boolean();
  std::uint32_t uint32();
  std::uint64_t uint64();
  ByteView string();
  /// A string as text. No encoding is checked.
  std::string_view text();
  /// A number above zero: big endian, minimal, the highest bit clear. The very bytes of a DER INTEGER's content.
  ByteView positive();
  /// As many bytes as `magic` has, which must be these.
  void magic(std::string_view magic);
  /// All that is left.
  ByteView rest();
  /// For a caller that found something wrong with a field: the bytes are not `what`, because of `why`.
  void refuse(std::string_view why);

  /// False at the end, and as soon as something is wrong: a loop over it ends.
  [[nodiscard]] bool more() const { return !error_ && !rest_.empty(); }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// @error InvalidRequest  the first thing that was wrong, or bytes are left over
  [[nodiscard]] Result<void> finish() const;

 private:
  ByteView take(std::size_t count);

  ByteView rest_;
  std::string_view what_;
  std::optional<Error> error_;
};

}  // namespace signet::ssh
