#include "client/git/sequence.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

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

std::optional<std::string> text_of(const std::filesystem::path& file, std::size_t limit) {
  auto text = read_file(file, limit);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

std::optional<std::uint32_t> number_in(const std::optional<std::string>& text) {
  const std::string line = first_line(text.value_or(""));
  std::uint32_t number = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), number);
  if (end.ec != std::errc() || end.ptr != line.data() + line.size() || number == 0) return std::nullopt;
  return number;
}

std::string place(const std::optional<std::string>& current, const std::optional<std::string>& last, const char* what) {
  const auto number = number_in(current);
  const auto all = number_in(last);
  if (!number || !all || *number > *all) return {};
  return "commit " + std::to_string(*number) + " of " + std::to_string(*all) + " of this " + what;
}

// The list begins with the commit that is being made; what was done before it is not written down.
std::string place_in_list(std::string_view list) {
  const char* what = list.starts_with("revert ") ? "revert" : "cherry-pick";
  std::size_t steps = 0;
  while (!list.empty()) {
    steps += list[0] != '\n' && list[0] != '#' ? 1 : 0;
    list.remove_prefix(std::min(list.find('\n'), list.size() - 1) + 1);
  }
  if (steps < 2) return {};
  return "this commit and " + std::to_string(steps - 1) + " more of this " + what;
}

}  // namespace

std::string place_in_sequence(const SequenceFiles& files) {
  std::string found = place(files.rebase_number, files.rebase_end, "rebase");
  if (found.empty()) found = place(files.apply_next, files.apply_last, files.applying ? "am" : "rebase");
  return found.empty() ? place_in_list(files.todo.value_or("")) : found;
}

std::string place_in_sequence(const std::filesystem::path& folder) {
  const auto git = git_folder(folder);
  std::error_code none;
  return place_in_sequence({.rebase_number = text_of(git / "rebase-merge/msgnum", kMaxNumber),
                            .rebase_end = text_of(git / "rebase-merge/end", kMaxNumber),
                            .apply_next = text_of(git / "rebase-apply/next", kMaxNumber),
                            .apply_last = text_of(git / "rebase-apply/last", kMaxNumber),
                            .applying = std::filesystem::exists(git / "rebase-apply/applying", none),
                            .todo = text_of(git / "sequencer/todo", kMaxTodo)});
}

}  // namespace signet::git_program
