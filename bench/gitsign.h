// gitsign with its credential cache, where tests/lanes/gitsign/run has built both, and the services that it asks.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/repository.h"
#include "tests/support/household.h"
#include "tests/support/process.h"

namespace signet::bench {

class Gitsign {
 public:
  [[nodiscard]] static bool is_built();

  /// Serves when the constructor returns. Ends the program where the cache does not start.
  Gitsign();

  [[nodiscard]] const test::Household& household() const { return household_; }
  [[nodiscard]] Signer signer() const;
  /// How many certificates it has asked for: one, where the cache serves.
  [[nodiscard]] std::int64_t certificates() { return household_.sandbox().counter("certificates"); }

 private:
  test::Household household_;  // gitsign writes to Rekor v1 alone, so its services are others than signet's
  std::map<std::string, std::string> environment_;
  test::Process cache_;
};

}  // namespace signet::bench
