// What lies in the memory of another process (proc(5): maps, mem, smaps). Needs root where that process is not
// dumpable.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace signet::test {

/// One place of a text.
struct Place {
  std::string mapping;  ///< the line of smaps
  bool locked = false;  ///< mlock(2)
};

/// Every place of a text in the readable memory of a process.
[[nodiscard]] std::vector<Place> places_in_memory(pid_t pid, std::string_view text);

}  // namespace signet::test
