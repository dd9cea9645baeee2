// How a stream of bytes is cut into messages.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::protocol {

/// Takes bytes as they come and yields messages as they are complete. Not thread-safe.
class Framing {
 public:
  Framing() = default;
  virtual ~Framing() = default;
  Framing(const Framing&) = delete;
  Framing& operator=(const Framing&) = delete;

  /// Adds what was read.
  ///
  /// @error LimitExceeded, InvalidRequest  nothing sensible can follow on this stream
  [[nodiscard]] virtual Result<void> feed(std::string_view bytes) = 0;

  /// The next complete message, without what marks its bounds, or nothing.
  [[nodiscard]] virtual std::optional<std::string> next() = 0;

  /// Bytes that were fed and not handed out.
  [[nodiscard]] virtual std::size_t pending() const = 0;

  /// True where a message has begun and is not complete.
  [[nodiscard]] virtual bool in_message() const = 0;
};

}  // namespace signet::protocol
