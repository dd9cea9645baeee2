#include "sigstore/tuf/path_pattern.h"

#include <cstddef>

namespace signet::sigstore::tuf {

bool matches(std::string_view pattern, std::string_view path) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t at = 0;
  std::size_t star = kNone;  // the last `*` in the pattern, which takes one character more whenever the rest fails
  std::size_t taken = 0;
  while (at < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = at;
    } else if (p < pattern.size() && (pattern[p] == path[at] || (pattern[p] == '?' && path[at] != '/'))) {
      ++p;
      ++at;
    } else if (star != kNone && path[taken] != '/') {
      p = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

}  // namespace signet::sigstore::tuf
