#include "client/git/sequence.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/file.h"

namespace signet::git_program {
namespace {

constexpr std::size_t kMaxNumber = 16;
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxTodo = std::size_t{1} << 20U;

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

// $GIT_DIR where git set it; a work tree that was added has a file that names its folder (gitrepository-layout(5)).
std::filesystem::path git_folder(const std::filesystem::path& top) {
  if (const char* set = std::getenv("GIT_DIR"); set != nullptr && *set != '\0') return top / set;
  constexpr std::string_view kPrefix = "gitdir: ";
  const auto link = read_file(top / ".git", kMaxPath);
  if (!link || !link->starts_with(kPrefix)) return top / ".git";
  return top / first_line(link->substr(kPrefix.size()));
}

std::optional<std::uint32_t> read_number(const std::filesystem::path& file) {
  const auto text = read_file(file, kMaxNumber);
  if (!text) return std::nullopt;
  const std::string line = first_line(*text);
  std::uint32_t number = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), number);
  if (end.ec != std::errc() || end.ptr != line.data() + line.size() || number == 0) return std::nullopt;
  return number;
}

std::string place(const std::filesystem::path& folder, const char* current, const char* last, const char* what) {
  const auto number = read_number(folder / current);
  const auto all = read_number(folder / last);
  if (!number || !all || *number > *all) return {};
  return "commit " + std::to_string(*number) + " of " + std::to_string(*all) + " of this " + what;
}

// The list begins with the commit that is being made; what was done before it is not written down.
std::string place_in_list(const std::filesystem::path& file) {
  const auto text = read_file(file, kMaxTodo);
  if (!text) return {};
  std::size_t steps = 0;
  for (std::size_t at = 0; at < text->size(); at = std::min(text->find('\n', at), text->size() - 1) + 1) {
    const char first = text->at(at);
    steps += first != '\n' && first != '#' ? 1 : 0;
  }
  if (steps < 2) return {};
  return "this commit and " + std::to_string(steps - 1) + " more of this " +
         (text->starts_with("revert ") ? "revert" : "cherry-pick");
}

}  // namespace

std::string place_in_sequence(const std::filesystem::path& folder) {
  const auto git = git_folder(folder);
  std::string found = place(git / "rebase-merge", "msgnum", "end", "rebase");
  if (!found.empty()) return found;
  std::error_code none;
  const bool is_am = std::filesystem::exists(git / "rebase-apply/applying", none);
  found = place(git / "rebase-apply", "next", "last", is_am ? "am" : "rebase");
  if (!found.empty()) return found;
  return place_in_list(git / "sequencer/todo");
}

}  // namespace signet::git_program
