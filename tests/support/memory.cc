#include "tests/support/memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "common/unique_fd.h"

namespace signet::test {
namespace {

std::size_t count(int memory, unsigned long start, unsigned long end, std::string_view text) {
  std::string area(end - start, '\0');
  const ssize_t size = ::pread(memory, area.data(), area.size(), static_cast<off_t>(start));
  area.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  std::size_t found = 0;
  for (auto at = area.find(text); at != std::string::npos; at = area.find(text, at + 1)) ++found;
  return found;
}

}  // namespace

std::vector<Place> places_in_memory(pid_t pid, std::string_view text) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/";
  std::ifstream maps(folder + "smaps");
  const UniqueFd memory(::open((folder + "mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<Place> all;
  std::size_t of_this = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long start = 0;
    unsigned long end = 0;
    char readable = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %c", &start, &end, &readable) == 3) {
      of_this = readable == 'r' ? count(memory.get(), start, end, text) : 0;
      for (std::size_t i = 0; i < of_this; ++i) all.push_back({.mapping = line});
    } else if (line.starts_with("VmFlags:") && line.find(" lo") != std::string::npos) {
      for (std::size_t i = 0; i < of_this; ++i) all[all.size() - 1 - i].locked = true;
    }
  }
  return all;
}

}  // namespace signet::test
