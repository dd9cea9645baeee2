#include "bench/record.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "bench/bars.h"

namespace signet::bench {

Fact medians_of(std::string what, std::span<const Series> series) {
  std::string text;
  for (const Series& one : series) {
    text += (text.empty() ? "" : "; ") + one.name + " " + short_number(one.times.median() / 1000) + " ms";
  }
  return {.what = std::move(what), .value = std::move(text)};
}

void Record::add(std::vector<Series> measured) { std::ranges::move(measured, std::back_inserter(series)); }

void say(const std::string& text) { (void)std::fprintf(stderr, "bench: %s\n", text.c_str()); }

void give_up(const std::string& why) {
  (void)std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(3);
}

}  // namespace signet::bench
