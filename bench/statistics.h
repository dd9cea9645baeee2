// Times of one thing that is done again and again, and what they say.
#pragma once

#include <cstddef>
#include <vector>

namespace signet::bench {

/// Smallest and largest of several numbers.
struct Spread {
  double least = 0;
  double most = 0;
};

/// The value below which the part `part` (0 to 1) of `values` lies; 0 where there are none.
[[nodiscard]] double quantile(std::vector<double> values, double part);
[[nodiscard]] double median(const std::vector<double>& values);

/// Times in microseconds, round by round.
class Samples {
 public:
  void add_round(std::vector<double> times);
  [[nodiscard]] std::size_t count() const { return all_.size(); }
  [[nodiscard]] double median() const { return bench::median(all_); }
  [[nodiscard]] double p99() const;
  /// Of the rounds' medians: how much the machine changed its mind.
  [[nodiscard]] Spread spread() const;
  [[nodiscard]] const std::vector<double>& round_medians() const { return medians_; }

 private:
  std::vector<double> all_;
  std::vector<double> medians_;
};

}  // namespace signet::bench
