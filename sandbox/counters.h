// What the sandbox has done since it was started: tests compare before and after.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "json/value.h"
#include "sandbox/faults.h"

namespace signet::sandbox {

struct Counters {
  std::atomic<std::int64_t> certificates{0};  ///< issued over HTTP
  std::atomic<std::int64_t> entries{0};       ///< answered with 201
  std::atomic<std::int64_t> timestamps{0};    ///< granted over HTTP
  std::atomic<std::int64_t> tokens{0};        ///< minted over HTTP
  std::array<std::atomic<std::int64_t>, kServiceCount> requests{};

  /// {"schema": "signet.sandbox.counters/1", "certificates": n, …, "requests": {"ca": n, …}}
  [[nodiscard]] json::Value to_json() const;
};

}  // namespace signet::sandbox
