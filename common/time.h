// Time: the wall clock behind one type, deadlines on the steady clock, and the written form of a moment.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet {

/// A moment on the wall clock (UTC). Microseconds are enough for every format of this field.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// The wall clock, so that a test can set it. Waits never use it: they use Deadline.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime now() const = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override;
};

/// A clock that stands still until a test moves it.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(WallTime now) : now_(now) {}
  [[nodiscard]] WallTime now() const override { return now_; }
  void set(WallTime now) { now_ = now; }

 private:
  WallTime now_;
};

/// A point on the steady clock after which nobody waits any longer. Passed down whole, never restarted.
class Deadline {
 public:
  [[nodiscard]] static Deadline after(std::chrono::milliseconds span) {
    return Deadline(std::chrono::steady_clock::now() + span);
  }
  explicit Deadline(std::chrono::steady_clock::time_point point) : point_(point) {}

  [[nodiscard]] std::chrono::steady_clock::time_point point() const { return point_; }
  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= point_; }
  /// Never negative, and at most a day, so that it fits every system call.
  [[nodiscard]] std::chrono::milliseconds remaining() const;
  /// The earlier of this deadline and `span` from now.
  [[nodiscard]] Deadline within(std::chrono::milliseconds span) const;

 private:
  std::chrono::steady_clock::time_point point_;
};

/// Seconds since 1970, rounded down.
[[nodiscard]] std::int64_t unix_seconds(WallTime time);
[[nodiscard]] WallTime wall_time_from_unix(std::int64_t seconds);

/// RFC 3339 in UTC: "2026-01-31T12:00:00Z", with a fraction of six digits only where it is not zero.
[[nodiscard]] std::string encode_rfc3339(WallTime time);

/// Reads RFC 3339 with "Z" or a numeric offset and 0 to 9 digits of fraction (beyond six they are cut).
///
/// @error InvalidRequest  another form, a date that does not exist, or a year outside 1..9999
[[nodiscard]] Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace signet
