// What one run has found so far.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bench/rounds.h"

namespace signet::bench {

/// A number that explains a bar or stands beside it.
struct Fact {
  std::string what;
  std::string value;
};

/// The medians beside each other: "NAME 3.64 ms; NAME 7.85 ms".
[[nodiscard]] Fact medians_of(std::string what, std::span<const Series> series);

struct Record {
  std::map<std::string, double, std::less<>> figures;          ///< by the bars' keys
  std::map<std::string, std::string, std::less<>> unmeasured;  ///< by the bars' keys: why there is no figure
  std::vector<Series> series;
  std::vector<Fact> facts;

  void add(std::vector<Series> measured);
};

/// Says on standard error what is being measured.
void say(const std::string& text);
/// Says what went wrong and ends the program: what cannot be measured has no number.
[[noreturn]] void give_up(const std::string& why);

}  // namespace signet::bench
