// How a request that waits for its turn at a token says so.
#pragma once

#include <cstddef>
#include <string>

#include "agent/flow/report.h"
#include "common/awaitable.h"

namespace signet::agent {

/// @param place  in the queue, counted from 1
[[nodiscard]] inline Awaitable<void> report_place(const Report& report, const std::string& token, std::size_t place) {
  return report(protocol::ProgressKind::Signing,
                "waiting for token " + token + ": place " + std::to_string(place) + " in the queue",
                static_cast<std::int64_t>(place));
}

}  // namespace signet::agent
