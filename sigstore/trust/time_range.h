// The span of time in which a key, an authority or a service counts, and its JSON (protobuf-specs TimeRange).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/time.h"
#include "json/value.h"

namespace signet::sigstore {

/// Both ends inclusive; no end: open.
struct TimeRange {
  WallTime start{};
  std::optional<WallTime> end{};
  [[nodiscard]] bool contains(WallTime time) const { return time >= start && (!end || time <= *end); }
};

/// "2026-01-31T12:00:00Z to 2026-02-28T12:00:00Z", or "… to no end": for messages.
[[nodiscard]] std::string describe(const TimeRange& range);

/// A log's key must say since when it is the log's: its signatures have no other date. Certificates have their own.
enum class StartIs : std::uint8_t { Mandatory, Optional };

/// @param value  the validFor member; nullptr where it is absent
/// @param where  names it in messages
/// @error InvalidRequest  no start where it is mandatory, or a malformed time
[[nodiscard]] Result<TimeRange> parse_time_range(const json::Value* value, const std::string& where, StartIs start);

}  // namespace signet::sigstore
