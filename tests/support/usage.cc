#include "tests/support/usage.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/process.h"

namespace signet::test {

Usage usage_of(pid_t pid) {
  const std::filesystem::path proc = "/proc/" + std::to_string(pid);
  Usage usage{.children = children_of(pid).size()};
  usage.descriptors = static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(proc / "fd"), std::filesystem::directory_iterator()));
  std::ifstream file(proc / "smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_Dirty:")) usage.private_dirty_kb = std::stol(line.substr(line.find(':') + 1));
  }
  return usage;
}

}  // namespace signet::test
