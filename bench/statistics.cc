#include "bench/statistics.h"

#include <algorithm>
#include <cmath>

namespace signet::bench {

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = static_cast<std::ptrdiff_t>(std::lround(part * last));
  std::ranges::nth_element(values, values.begin() + place);
  return values[static_cast<std::size_t>(place)];
}

double median(const std::vector<double>& values) { return quantile(values, 0.5); }

void Samples::add_round(std::vector<double> times) {
  if (times.empty()) return;
  medians_.push_back(bench::median(times));
  all_.insert(all_.end(), times.begin(), times.end());
}

double Samples::p99() const { return quantile(all_, 0.99); }

Spread Samples::spread() const {
  if (medians_.empty()) return {};
  const auto [least, most] = std::ranges::minmax(medians_);
  return {.least = least, .most = most};
}

}  // namespace signet::bench
