#include "client/cli/git_configuration.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <system_error>
#include <utility>

#include "client/cli/git_command.h"
#include "client/cli/git_words.h"
#include "common/display.h"

namespace signet::cli {
namespace {

/// git reads and writes files alone.
constexpr std::chrono::seconds kGitTime{20};

// `git config`: the key is not there, when read and when removed.
constexpr int kNoSuchKey = 1;
constexpr int kNothingToUnset = 5;

Result<GitAnswer> git_config(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "config");
  return run_git({.arguments = std::move(arguments)}, Deadline::after(kGitTime));
}

std::string scope_flag(GitScope scope) { return "--" + std::string(git_scope_name(scope)); }

// What ends with a NUL byte, each.
std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const auto end = std::min(text.find('\0'), text.size() - 1);
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return fields;
}

// "key\nvalue", or the key alone.
std::pair<std::string, std::optional<std::string>> split_entry(std::string_view text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

// Extended regular expressions, as --get-regexp has them.
std::string regexp_of(std::string_view key) {
  std::string text = "^";
  for (const char c : key) {
    if (c == '.') text += '\\';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text + "$";
}

Result<void> change(std::vector<std::string> arguments) {
  const bool removes = std::ranges::find(arguments, "--unset-all") != arguments.end();
  const auto answer = git_config(std::move(arguments));
  if (!answer) return fail(answer.error());
  if (answer->status == 0 || (removes && answer->status == kNothingToUnset)) return {};
  return refused_by_git(*answer);
}

}  // namespace

std::string_view git_scope_name(GitScope scope) { return scope == GitScope::Global ? "global" : "local"; }

Result<std::vector<GitEntry>> list_git_configuration() {
  const auto answer = git_config({"--null", "--show-scope", "--show-origin", "--list"});
  if (!answer) return fail(answer.error());
  if (answer->status != 0) return refused_by_git(*answer);
  const auto fields = fields_of(answer->output);
  if (fields.size() % 3 != 0) return fail(ErrorCode::WorkerFailed, "what git config --list says is not understood");
  std::vector<GitEntry> entries;
  for (std::size_t i = 0; i < fields.size(); i += 3) {
    auto [key, value] = split_entry(fields[i + 2]);
    entries.push_back({.scope = std::string(fields[i]),
                       .origin = std::string(fields[i + 1]),
                       .key = std::move(key),
                       .value = std::move(value)});
  }
  return entries;
}

std::optional<std::string> effective_value(std::span<const GitEntry> entries, std::string_view key) {
  std::optional<std::string> value;
  for (const GitEntry& entry : entries) {
    if (is_same_git_key(entry.key, key)) value = entry.value.value_or("true");
  }
  return value;
}

Result<GitValues> read_git_values(GitScope scope, const std::string& key) {
  const auto answer = git_config({scope_flag(scope), "--null", "--get-regexp", regexp_of(key)});
  if (!answer) return fail(answer.error());
  if (answer->status == kNoSuchKey && answer->output.empty()) return GitValues{};
  if (answer->status != 0) return refused_by_git(*answer);
  GitValues values;
  for (const std::string_view entry : fields_of(answer->output)) values.push_back(split_entry(entry).second);
  return values;
}

// One value takes the old one's place in the file, with the comments around it.
Result<void> write_git_values(GitScope scope, const std::string& key, const GitValues& values) {
  const std::string file = scope_flag(scope);
  if (values.empty()) return change({file, "--unset-all", key});
  if (auto done = change({file, "--replace-all", key, values.front().value_or("true")}); !done) return done;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (auto done = change({file, "--add", key, values[i].value_or("true")}); !done) return done;
  }
  return {};
}

Result<std::filesystem::path> git_common_folder() {
  auto answer = ask_git({.arguments = {"rev-parse", "--git-common-dir"}}, Deadline::after(kGitTime));
  if (!answer) return fail(std::move(answer.error()));
  if (answer->ends_with('\n')) answer->pop_back();
  std::error_code trouble;
  auto folder = std::filesystem::canonical(*answer, trouble);
  if (trouble) return fail(ErrorCode::InvalidRequest, display_text(*answer) + ": " + trouble.message());
  return folder;
}

std::string git_values_text(const GitValues& values) {
  if (values.empty()) return "unset";
  std::string text;
  for (const auto& value : values) {
    text += (text.empty() ? "" : ", ") + (value && value->empty() ? "\"\"" : display_text(value.value_or("true"), 300));
  }
  return text;
}

bool is_same_git_key(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

}  // namespace signet::cli
