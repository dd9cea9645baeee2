// Who let the token ask in vain too often (D13): a program that nobody answers must not go on asking.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "common/error.h"
#include "protocol/peer.h"

namespace signet::agent {

/// Three missed touches of one program within a minute pause it for half a minute.
///
/// A program is uid, executable and unit: a process id alone would be a new one with each `git commit`. One thread.
class MissedTouches {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMisses = 3;
  static constexpr std::chrono::seconds kWithin{60};
  static constexpr std::chrono::seconds kPause{30};

  /// Whether that peer may ask for a touch now.
  ///
  /// @error RateLimited  its program is paused; the remedy says for how many seconds
  [[nodiscard]] Result<void> check(const protocol::Peer& peer, TimePoint now) const;

  /// Remembers that nobody touched the token in time for that peer.
  void note(const protocol::Peer& peer, TimePoint now);

  /// A touch came: what was missed before is forgotten.
  void forgive(const protocol::Peer& peer);

 private:
  using Program = std::tuple<uid_t, std::string, std::string>;
  struct Record {
    std::vector<TimePoint> misses{};
    TimePoint paused_until{};
  };
  [[nodiscard]] static Program program_of(const protocol::Peer& peer);
  void drop_old(TimePoint now);

  std::map<Program, Record> records_;
};

}  // namespace signet::agent
