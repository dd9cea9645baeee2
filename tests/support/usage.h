// What a process holds at this moment: for tests that it is the same after few rounds and after many.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace signet::test {

struct Usage {
  std::size_t descriptors = 0;
  std::size_t children = 0;
  long private_dirty_kb = 0;
};
[[nodiscard]] Usage usage_of(pid_t pid);

}  // namespace signet::test
