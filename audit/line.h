// One line of the audit log as a reader sees it. What the members mean is said in docs/audit-log.md; the agent alone
// writes them (agent/audit/line.cc).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/time.h"

namespace signet::audit {

inline constexpr std::string_view kLineSchema = "signet.audit/1";

/// What every line has, and what a list shows of it. A text is empty where the line lacks it. Nothing of it is safe to
/// show yet.
struct Line {
  std::int64_t sequence = 0;
  WallTime time{};
  std::string event;      ///< "start", "denied", "intent", "outcome"
  std::string request{};  ///< the same in all lines of one request
  std::string operation{};
  std::string identity{};
  std::string kind{};      ///< what.kind
  std::string digest{};    ///< what.digest
  std::string summary{};   ///< what.summary
  std::string exe{};       ///< peer.exe
  std::string decision{};  ///< decision.answer
  std::string answer{};    ///< result.answer
  std::string error{};     ///< result.error
  std::string message{};   ///< result.message, else result.note

  [[nodiscard]] bool failed() const { return answer == "failed" || decision == "denied"; }
};

/// Reads a line without its line end. Members that are not listed above are passed over: a later version has more.
///
/// @error InvalidRequest  not a line of an audit log of this version
/// @error LimitExceeded   longer than kMaxLine
[[nodiscard]] Result<Line> parse_line(std::string_view text);

}  // namespace signet::audit
