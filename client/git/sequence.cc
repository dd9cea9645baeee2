#include "client/git/sequence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/file.h"
#include "common/lines.h"

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

// Lines of a todo list that make a commit, and those that make none.
constexpr auto kCommits = std::to_array<std::string_view>(
    {"pick", "p", "revert", "edit", "e", "reword", "r", "fixup", "f", "squash", "s", "merge", "m"});
constexpr auto kOthers = std::to_array<std::string_view>(
    {"exec", "x", "break", "b", "label", "l", "reset", "t", "update-ref", "u", "drop", "d", "noop"});

// Its first word; empty for an empty line.
std::string_view command_in(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  return line.substr(0, line.find_first_of(kBlank));
}

// How many commits a list makes; nothing where one of its lines is not understood. Comments may begin with another
// character than "#" (core.commentChar): a list with such ones is not counted.
std::optional<std::size_t> commits_in(std::string_view list) {
  std::size_t commits = 0;
  while (!list.empty()) {
    const std::string_view command = command_in(take_line(list));
    if (command.empty() || command.starts_with('#')) continue;
    if (std::ranges::find(kCommits, command) != kCommits.end()) {
      ++commits;
    } else if (std::ranges::find(kOthers, command) == kOthers.end()) {
      return std::nullopt;
    }
  }
  return commits;
}

// git's own numbers (msgnum, end) count every line of the list, those that make no commit among them.
std::string place_in_rebase(const std::optional<std::string>& done, const std::optional<std::string>& todo) {
  if (!done || !todo) return {};
  const auto number = commits_in(*done);
  const auto left = commits_in(*todo);
  if (!number || !left || *number == 0) return {};
  return "commit " + std::to_string(*number) + " of " + std::to_string(*number + *left) + " of this rebase";
}

// The list begins with the commit that is being made; what was done before it is not written down.
std::string place_in_list(std::string_view list) {
  const char* what = list.starts_with("revert ") ? "revert" : "cherry-pick";
  const auto commits = commits_in(list);
  if (!commits || *commits < 2) return {};
  return "this commit and " + std::to_string(*commits - 1) + " more of this " + what;
}

}  // namespace

std::string place_in_sequence(const SequenceFiles& files) {
  std::string found = place_in_rebase(files.rebase_done, files.rebase_todo);
  if (found.empty()) found = place(files.apply_next, files.apply_last, files.applying ? "am" : "rebase");
  return found.empty() ? place_in_list(files.todo.value_or("")) : found;
}

std::string place_in_sequence(const std::filesystem::path& folder) {
  const auto git = git_folder(folder);
  std::error_code none;
  return place_in_sequence({.rebase_done = text_of(git / "rebase-merge/done", kMaxTodo),
                            .rebase_todo = text_of(git / "rebase-merge/git-rebase-todo", kMaxTodo),
                            .apply_next = text_of(git / "rebase-apply/next", kMaxNumber),
                            .apply_last = text_of(git / "rebase-apply/last", kMaxNumber),
                            .applying = std::filesystem::exists(git / "rebase-apply/applying", none),
                            .todo = text_of(git / "sequencer/todo", kMaxTodo)});
}

}  // namespace signet::git_program
