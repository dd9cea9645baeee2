#include "client/cli/git_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "common/display.h"
#include "common/lines.h"

namespace signet::cli {
namespace {

constexpr std::string_view kFatal = "fatal: ";
constexpr std::size_t kLongestLine = 300;
constexpr std::ptrdiff_t kLinesOfAnEnd = 3;

bool is_verdict(std::string_view line) { return line.starts_with(kFatal) || line.starts_with("error: "); }

// What is no reason: advice, and where a push went to.
bool is_aside(std::string_view line) {
  constexpr auto kAsides = std::to_array<std::string_view>({"hint: ", "warning: ", "To "});
  return line.empty() || line == "remote:" ||
         std::ranges::any_of(kAsides, [line](std::string_view aside) { return line.starts_with(aside); });
}

bool is_of_remote(std::string_view line) { return line.starts_with("remote: ") || line.starts_with("! ["); }

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const auto begin = line.find_first_not_of(kBlank);
  return begin == std::string_view::npos ? "" : line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

// What was said before git's own words, and those, which end with "fatal: "; what follows in lines of their own is
// advice.
std::vector<std::string_view> reasons_in(std::string_view text) {
  std::vector<std::string_view> reasons;
  std::string_view last;
  bool is_judged = false;
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    // A paragraph that ends before git's own words is advice, too.
    if (line.empty() && !is_judged) std::erase_if(reasons, [](std::string_view said) { return !is_of_remote(said); });
    if (is_aside(line)) continue;
    last = line;
    if (is_judged && !is_verdict(line)) continue;
    is_judged = is_judged || is_verdict(line);
    reasons.push_back(line);
    if (line.starts_with(kFatal)) break;
  }
  if (is_judged) return reasons;
  // Without git's own words nobody knows what of it is the reason.
  return last.empty() ? std::vector<std::string_view>() : std::vector{last};
}

// Of many lines a few from both ends.
std::vector<std::string_view> without_middle(std::vector<std::string_view> lines) {
  if (std::ssize(lines) <= 2 * kLinesOfAnEnd) return lines;
  const auto begin = lines.begin() + kLinesOfAnEnd;
  lines.insert(lines.erase(begin, lines.end() - kLinesOfAnEnd), "…");
  return lines;
}

// One word of a shell, as git writes a path, and no pattern: what a remote says comes along with git's words, and ends
// up in a line that people paste.
bool is_shell_path(std::string_view word) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+@%,:=";
  if (word.starts_with("'/") && word.ends_with('\'')) return word.find('\'', 1) == word.size() - 1;
  return word.starts_with('/') && word.find_first_not_of(kPlain) == std::string_view::npos;
}

// The command by which the user may trust a repository of somebody else's, as git writes it.
std::string remedy_in(std::string_view text) {
  constexpr std::string_view kTrust = "git config --global --add safe.directory ";
  if (text.find("dubious ownership") == std::string_view::npos) return {};
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    if (!line.starts_with(kTrust) || !is_shell_path(line.substr(kTrust.size()))) continue;
    return "it belongs to another user, whose programs git would run; where you trust it: " +
           display_text(line, kLongestLine);
  }
  return {};
}

}  // namespace

std::string words_of(const GitAnswer& answer) {
  const auto reasons = reasons_in(answer.errors);
  if (reasons.empty()) return "git ended with status " + std::to_string(answer.status);
  std::string text;
  for (const std::string_view line : without_middle(reasons)) {
    if (text.ends_with('.')) text.pop_back();
    text += (text.empty() ? "git: " : "; ") + display_text(line, kLongestLine);
  }
  return text;
}

std::unexpected<Error> refused_by_git(const GitAnswer& answer, ErrorCode code, std::string remedy) {
  std::string known = remedy_in(answer.errors);
  return fail(code, words_of(answer), known.empty() ? std::move(remedy) : std::move(known));
}

}  // namespace signet::cli
