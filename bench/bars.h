// The bars: what signet promises of its speed and its memory, each once.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace signet::bench {

enum class Sense { AtMost, AtLeast };

struct Bar {
  std::string_view key;
  std::string_view what;
  Sense sense;
  double limit;
  std::string_view unit;
  std::string_view unmeasured = {};  ///< why nothing measures it; empty: something does
};

[[nodiscard]] std::span<const Bar> bars();

[[nodiscard]] bool passes(const Bar& bar, double value);
/// "at most 130 µs".
[[nodiscard]] std::string limit_text(const Bar& bar);
/// "112 µs".
[[nodiscard]] std::string value_text(const Bar& bar, double value);

/// A number for people: two digits behind the point below 10, one below 100, else none.
[[nodiscard]] std::string short_number(double value);

}  // namespace signet::bench
