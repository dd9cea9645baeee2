#include "audit/tail.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "audit/line.h"
#include "common/file.h"

namespace signet::audit {
namespace {

// A thousand lines of the greatest length, twice what may wait at once.
constexpr std::size_t kMaxTail = std::size_t{128} << 20U;
constexpr int kTries = 50;

struct Numbered {
  std::int64_t sequence = 0;
  std::string_view text;
};

Result<std::string> read_one(const Folder& folder, unsigned which) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder.tail(which), error))) return std::string();
  return read_file(folder.tail(which), kMaxTail);
}

// The lines up to the first that is none; the rest is left in `text`.
std::vector<Numbered> take_lines(std::string_view& text) {
  std::vector<Numbered> lines;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    const auto read = parse_line(line);
    if (!read) break;
    lines.push_back({.sequence = read->sequence, .text = line});
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

Result<TailText> read_tail(const Folder& folder) {
  TailText tail;
  for (int i = 0; i < kTries; ++i) {
    auto first = read_one(folder, 0);
    if (!first) return fail(std::move(first.error()));
    auto second = read_one(folder, 1);
    if (!second) return fail(std::move(second.error()));
    const auto again = read_one(folder, 0);
    const bool still = again && *again == *first;
    tail = TailText{.files = {std::move(*first), std::move(*second)}};
    if (still) break;
  }
  return tail;
}

Tail parse_tail(const TailText& text, std::uint64_t size) {
  std::array<std::string_view, 2> rest = {text.files[0], text.files[1]};
  std::array<std::vector<Numbered>, 2> lines = {take_lines(rest[0]), take_lines(rest[1])};
  const bool second_is_first =
      !lines[1].empty() && (lines[0].empty() || lines[1].front().sequence < lines[0].front().sequence);
  if (second_is_first) {
    std::swap(lines[0], lines[1]);
    std::swap(rest[0], rest[1]);
  }
  Tail tail;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const Numbered& line : lines[i]) {
      const auto sequence = static_cast<std::uint64_t>(line.sequence);
      if (sequence < size) continue;
      if (tail.rest.empty() && sequence == size + tail.lines.size()) {
        tail.lines.emplace_back(line.text);
      } else {
        tail.rest += std::string(line.text) + "\n";
      }
    }
    tail.rest += rest[i];
  }
  return tail;
}

}  // namespace signet::audit
