// Cuts the stream of an SSH agent's connection into messages (RFC 9987 §3): a length of four bytes, then as many.
#pragma once

#include <cstddef>
#include <optional>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::ssh {

/// The longest message, its length not counted: OpenSSH's own bound in either direction.
inline constexpr std::size_t kMaxAgentMessage = std::size_t{256} * 1024;

/// Takes bytes as they come and yields messages as they are complete. Not thread-safe. Bytes that were handed out are
/// wiped, because a message may hold a password, and the memory of a long message is given back with it.
class Frames {
 public:
  Frames() = default;
  ~Frames();
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  /// Adds what was read. Not after an error.
  ///
  /// @error InvalidRequest  a message of length 0
  /// @error LimitExceeded   a message is longer than kMaxAgentMessage. Nothing sensible can follow on this stream: what
  ///                        came before is still handed out
  [[nodiscard]] Result<void> feed(ByteView bytes);

  /// The next complete message, its type first and without its length, or nothing.
  [[nodiscard]] std::optional<Bytes> next();

  /// True where a message has begun and is not complete.
  [[nodiscard]] bool in_message() const { return buffer_.size() > tail_; }

 private:
  void move_to(std::size_t capacity);
  void append_wiping(ByteView bytes);
  [[nodiscard]] std::size_t length_at(std::size_t at) const;

  Bytes buffer_;
  std::size_t start_ = 0;  // of the first message that was not handed out
  std::size_t tail_ = 0;   // behind the last complete message
};

/// A message as it goes over the wire.
///
/// @param message  its type first; 1 to kMaxAgentMessage bytes
[[nodiscard]] Bytes encode_frame(ByteView message);

}  // namespace signet::ssh
