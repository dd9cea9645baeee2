// How long a long test is: the same test is shortened under ./run-tests and whole under tests/long/run.
#pragma once

#include <cstdlib>

namespace signet::test {

/// True under tests/long/run, which sets SIGNET_LONG.
[[nodiscard]] inline bool runs_in_full() { return std::getenv("SIGNET_LONG") != nullptr; }

/// A number of repetitions, clients, seconds.
[[nodiscard]] inline int length(int shortened, int full) { return runs_in_full() ? full : shortened; }

}  // namespace signet::test
