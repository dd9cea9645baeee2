// The two files of the tail (a NUL stands between them) behind a log of a size that the first byte names: every byte is
// a line that counts on, one that is in the tree already, or left over.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "audit/line.h"
#include "audit/tail.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::audit;
  if (size == 0) return 0;
  const std::uint64_t log = data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t half = input.find('\0');
  TailText text;
  text.files[0] = input.substr(0, half);
  if (half != input.npos) text.files[1] = input.substr(half + 1);
  const Tail tail = parse_tail(text, log);
  std::size_t bytes = tail.rest.size();
  for (std::size_t i = 0; i < tail.lines.size(); ++i) {
    const auto line = parse_line(tail.lines[i]);
    if (!line || static_cast<std::uint64_t>(line->sequence) != log + i) std::abort();
    bytes += tail.lines[i].size() + 1;
  }
  if (bytes > text.files[0].size() + text.files[1].size()) std::abort();
  return 0;
}
