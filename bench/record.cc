#include "bench/record.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace signet::bench {

void Record::add(std::vector<Series> measured) { std::ranges::move(measured, std::back_inserter(series)); }

void say(const std::string& text) { (void)std::fprintf(stderr, "bench: %s\n", text.c_str()); }

void give_up(const std::string& why) {
  (void)std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(3);
}

}  // namespace signet::bench
