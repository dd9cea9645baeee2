#include "client/cli/nearest.h"

#include <algorithm>

namespace signet::cli {
namespace {

// Insertions, deletions, replacements and swaps of neighbours that make one word of the other (Damerau-Levenshtein with
// each letter touched once).
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::vector<std::size_t>> rows(one.size() + 1, std::vector<std::size_t>(other.size() + 1));
  for (std::size_t i = 0; i <= one.size(); ++i) rows[i][0] = i;
  for (std::size_t j = 0; j <= other.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t change = one[i - 1] == other[j - 1] ? 0 : 1;
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[one.size()][other.size()];
}

}  // namespace

std::optional<std::string> nearest_word(std::string_view typed, const std::vector<std::string>& words) {
  constexpr std::size_t kLongest = 40;  // of a word; what is longer is no misspelling of one
  constexpr std::size_t kFar = 3;
  if (typed.size() < 2 || typed.size() > kLongest) return std::nullopt;
  std::optional<std::string> nearest;
  std::size_t best = kFar;
  bool alone = true;
  for (const std::string& word : words) {
    const std::size_t far = word.starts_with(typed) ? 0 : distance(typed, word);
    if (far > best || far >= std::max<std::size_t>(2, typed.size() / 2)) continue;
    alone = far < best || !nearest;
    best = far;
    nearest = word;
  }
  return alone ? nearest : std::nullopt;
}

}  // namespace signet::cli
