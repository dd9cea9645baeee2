#include "tests/card/pcsc_readers.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace signet::test {

std::vector<std::string> pcsc_readers(SCARDCONTEXT context) {
  std::array<char, 4096> names{};
  DWORD size = names.size();
  if (::SCardListReaders(context, nullptr, names.data(), &size) != SCARD_S_SUCCESS) return {};
  std::vector<std::string> readers;
  // Each ends in a NUL, the list in an empty one.
  for (std::string_view name = names.data(); !name.empty(); name = name.data() + name.size() + 1) {
    readers.emplace_back(name);
  }
  std::ranges::sort(readers);
  return readers;
}

}  // namespace signet::test
