// How many refusals of what other hosts ask for get a line in the audit log or in the agent's messages: whoever is
// refused must not fill the disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace signet::agent {

/// For all connections together. One thread.
class FarRefusals {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// So many lines in each such while: more than whoever has lost his way needs, and 50 MB a day.
  static constexpr std::size_t kLines = 60;
  static constexpr std::chrono::seconds kWhile{60};

  /// One more. Nothing where it gets no line and is counted instead; else how many were counted since the last line.
  [[nodiscard]] std::optional<std::size_t> note(Time now);

 private:
  std::optional<Time> since_;
  std::size_t lines_ = 0;
  std::size_t counted_ = 0;
};

}  // namespace signet::agent
