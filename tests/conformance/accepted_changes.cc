#include "tests/conformance/accepted_changes.h"

#include <cstdlib>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "common/file.h"

namespace signet::test {
namespace {

struct Line {
  AcceptedChange first;
  std::size_t last = 0;
  std::string reason;
};

std::filesystem::path path_of(std::string_view name) {
  return std::filesystem::path(SIGNET_SOURCE_DIR) / "tests/conformance/accepted" / (std::string(name) + ".txt");
}

std::optional<Line> parse_line(const std::string& text) {
  std::istringstream words(text);
  Line line;
  char dash = 0;
  if (!(words >> line.first.part >> line.first.kind >> line.first.position >> dash >> line.last)) return std::nullopt;
  if (dash != '-' || line.last < line.first.position) return std::nullopt;
  std::getline(words >> std::ws, line.reason);
  return line;
}

struct File {
  std::vector<Line> lines;
  std::string unread;
};

File read_lines(std::string_view name) {
  File file;
  std::istringstream text(read_file(path_of(name), std::size_t{1} << 20U).value_or(""));
  for (std::string each; std::getline(text, each);) {
    if (each.empty() || each.starts_with('#')) continue;
    if (auto line = parse_line(each)) {
      file.lines.push_back(std::move(*line));
    } else {
      file.unread += each + "\n";
    }
  }
  return file;
}

std::string text_of(const Line& line) {
  return line.first.part + " " + line.first.kind + " " + std::to_string(line.first.position) + "-" +
         std::to_string(line.last);
}

std::vector<Line> runs_of(const AcceptedChanges& changes) {
  std::vector<Line> lines;
  for (const AcceptedChange& change : changes) {
    const bool goes_on = !lines.empty() && lines.back().first.part == change.part &&
                         lines.back().first.kind == change.kind && lines.back().last + 1 == change.position;
    if (goes_on) {
      lines.back().last = change.position;
    } else {
      lines.push_back({.first = change, .last = change.position, .reason = {}});
    }
  }
  return lines;
}

// That of an old line of the same part and kind which the new one lies in or overlaps.
std::string reason_for(const Line& line, const std::vector<Line>& old) {
  for (const Line& each : old) {
    if (each.first.part != line.first.part || each.first.kind != line.first.kind) continue;
    if (each.first.position <= line.last && line.first.position <= each.last) return each.reason;
  }
  return "?";
}

}  // namespace

AcceptedList read_accepted_changes(std::string_view name) {
  const File file = read_lines(name);
  AcceptedList list{.changes = {}, .without_reason = file.unread};
  for (const Line& line : file.lines) {
    if (line.reason.empty() || line.reason == "?") list.without_reason += text_of(line) + "\n";
    for (std::size_t position = line.first.position; position <= line.last; ++position) {
      list.changes.insert({.part = line.first.part, .kind = line.first.kind, .position = position});
    }
  }
  return list;
}

void write_accepted_changes(std::string_view name, const AcceptedChanges& changes) {
  const std::vector<Line> old = read_lines(name).lines;
  std::string text =
      "# The changes of one byte of this bundle that verification takes: PART KIND FIRST-LAST REASON. Every other one "
      "is\n"
      "# refused. Written by byte_changes_test.cc (SIGNET_LONG=1 SIGNET_ACCEPT_GOLDEN=1); the reasons are by hand.\n";
  for (const Line& line : runs_of(changes)) text += text_of(line) + " " + reason_for(line, old) + "\n";
  std::filesystem::create_directories(path_of(name).parent_path());
  if (!write_file_atomic(path_of(name), text, 0644)) std::abort();
}

std::string lines_of(const AcceptedChanges& changes) {
  std::string text;
  for (const Line& line : runs_of(changes)) text += text_of(line) + "\n";
  return text;
}

}  // namespace signet::test
