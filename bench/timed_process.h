// A program run from start to end, as often as one likes, with as little around it as possible.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/rounds.h"

namespace signet::bench {

struct Program {
  std::vector<std::string> arguments;                ///< the first is looked up in PATH where it has no slash
  std::map<std::string, std::string> environment{};  ///< the whole of it
  std::filesystem::path directory{};                 ///< where it runs; empty: here
  std::filesystem::path input = "/dev/null";
};

/// Runs it to the end; output and errors go nowhere. Ends the bench where its status is not 0.
[[nodiscard]] Operation timed_process(Program program);

}  // namespace signet::bench
