// Cuts a stream of bytes into messages, with a bound on each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "protocol/framing.h"

namespace signet::protocol {

/// Takes bytes as they come and yields messages as they are complete. Not thread-safe. Bytes that were handed out are
/// wiped, because a message may hold an ID token.
class Framer final : public Framing {
 public:
  explicit Framer(std::size_t max_message);
  ~Framer() override;
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  /// Adds what was read. Costs time in proportion to `bytes` alone, however long the message has become.
  ///
  /// @error LimitExceeded  a message is longer than the bound; nothing sensible can follow on this stream
  [[nodiscard]] Result<void> feed(std::string_view bytes) override;

  /// The next complete message without its NUL, or nothing.
  [[nodiscard]] std::optional<std::string> next() override;

  /// Bytes that were fed and not handed out.
  [[nodiscard]] std::size_t pending() const override { return buffer_.size() - start_; }

  /// Takes what was fed and not handed out: it was no message.
  [[nodiscard]] std::string take_rest();

  /// True where a message has begun and its NUL has not come.
  [[nodiscard]] bool in_message() const override;

 private:
  void make_room(std::size_t more);
  void move_to(std::size_t capacity);

  std::size_t max_message_;
  std::string buffer_;
  std::size_t start_ = 0;  // of the first message that was not handed out
  std::size_t tail_ = 0;   // after the last NUL: here the incomplete message begins
};

}  // namespace signet::protocol
