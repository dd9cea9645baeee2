// Interleaved rounds: A B C A B C …, so that what the machine does meanwhile falls on all alike.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/statistics.h"

namespace signet::bench {

/// Does one thing once. Ends the program where that fails: a number of something that failed says nothing.
using Operation = std::function<void()>;

/// One thing to measure.
struct Load {
  std::string name;
  int clients = 1;                       ///< each on a thread of its own, at once
  int per_round = 100;                   ///< operations of each client in a round
  std::function<Operation()> connect{};  ///< makes a client; called once for each, before the first round
};

/// What was measured of a Load.
struct Series {
  std::string name;
  int clients = 1;
  Samples times;              ///< of one operation, microseconds
  std::vector<double> rates;  ///< operations a second of all clients together, for each round
  [[nodiscard]] double rate() const { return median(rates); }
};

/// Runs the loads in turn, `rounds` times, after one shortened round that warms up and does not count.
[[nodiscard]] std::vector<Series> run_rounds(const std::vector<Load>& loads, int rounds);

/// The median over the rounds of the difference of two series' medians in the same round: what `more` costs over
/// `less`.
[[nodiscard]] double difference(const Series& more, const Series& less);

}  // namespace signet::bench
