// A storm: a card is lost and comes back, many times over, while requests stream in. Each request ends in a signature
// or in a named error, and nothing is left behind.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "common/error.h"
#include "tests/card/virtual_card.h"

namespace signet::test {

/// A process that is looked at early and late.
struct WatchedProcess {
  std::string name;
  std::function<pid_t()> pid;  ///< may be another one each time
  /// No foreign code runs in it, so its memory is held to a limit; otherwise it is only printed.
  bool ours = true;
};

struct Storm {
  std::string name;
  int rounds = 0;
  std::function<void(int round)> breaks;  ///< takes the card away, or has it go under the next request
  std::function<void()> mends;            ///< returns when pcscd has the card, or another program has let go of it
  /// One request of two seconds. A signature was verified before it counts as one.
  std::function<Result<void>()> asks;
  std::vector<WatchedProcess> watched;
};

/// Each round: breaks, two requests, mends, and requests until one is signed. Prints what came of the requests, the
/// times from the card being back to the next signature, and the memory of the processes.
void run_storm(const Storm& storm, const VirtualCard& card);

}  // namespace signet::test
