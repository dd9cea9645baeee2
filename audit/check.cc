#include "audit/check.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "audit/tail.h"
#include "common/display.h"
#include "common/file.h"
#include "sigstore/encoding/note_key.h"
#include "sigstore/tlog/tile_files.h"

namespace signet::audit {
namespace {

using sigstore::NoteVerifier;

constexpr std::size_t kMaxKeyText = 4096;
constexpr std::string_view kJournalWord = "audit checkpoint: ";

std::string trimmed(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return std::string(text);
}

std::unexpected<Error> unavailable(std::string what, std::string remedy = {}) {
  return fail(ErrorCode::AuditUnavailable, std::move(what), std::move(remedy));
}

Result<std::string> stored_key_text(const Folder& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder.root(), error)) {
    return unavailable("there is no audit log at " + folder.root().string(),
                       "name the agent's state folder: --state-dir DIR");
  }
  auto text = read_file(folder.verifier_key(), kMaxKeyText);
  if (!text) return unavailable(text.error().what, "give the verifier key that you kept: --key VKEY");
  return trimmed(*text);
}

// The key that counts: the one that was kept, else the one that lies with the log.
Result<NoteVerifier> choose_key(const Folder& folder, const Expectation& expected, Report& report) {
  const auto stored = stored_key_text(folder);
  if (!expected.verifier_key) {
    if (!stored) return fail(stored.error());
    auto key = sigstore::parse_verifier_key(*stored);
    if (!key) return unavailable(folder.verifier_key().string() + ": " + key.error().what);
    return key;
  }
  auto key = sigstore::parse_verifier_key(trimmed(*expected.verifier_key));
  if (!key) return key;
  if (!stored || *stored != trimmed(*expected.verifier_key)) {
    report.findings.push_back({.file = folder.verifier_key().filename().string(),
                               .what = "the log's key is another one than the one that was kept",
                               .expected = trimmed(*expected.verifier_key),
                               .found = stored ? *stored : stored.error().what});
  }
  return key;
}

Result<std::optional<sigstore::Checkpoint>> read_kept(const Expectation& expected, const NoteVerifier& key) {
  if (!expected.checkpoint) return std::nullopt;
  auto kept = sigstore::verify_checkpoint(kept_note(*expected.checkpoint), key, key.name);
  if (kept) return std::optional(std::move(*kept));
  return fail(std::move(kept.error()).during("reading the checkpoint that was kept"));
}

// Looks at the lines as they come by.
class Lines {
 public:
  Lines(Report& report, const SeeLine& see) : report_(report), see_(see) {}

  void entry(std::uint64_t index, ByteView bytes, bool sound) { take(index, text_of(bytes), true, sound); }
  void waiting(std::uint64_t index, std::string_view text) { take(index, text, false, true); }

 private:
  void take(std::uint64_t index, std::string_view text, bool covered, bool sound) {
    const auto line = parse_line(text);
    if (sound) check(index, line);
    if (see_) {
      see_({.index = index, .text = text, .line = line ? &*line : nullptr, .covered = covered, .sound = sound});
    }
  }

  void check(std::uint64_t index, const Result<Line>& line) {
    if (!line) return find(index, "the entry is not a line of an audit log", "a line", line.error().what);
    if (static_cast<std::uint64_t>(line->sequence) != index) {
      find(index, "the line has another number than its place", std::to_string(index), std::to_string(line->sequence));
    }
    if (line->time + kClockTolerance < latest_) {
      report_.remarks.push_back("line " + std::to_string(index) + " says " + encode_rfc3339(line->time) +
                                ", after a line that says " + encode_rfc3339(latest_) + ": the clock was set back");
    }
    latest_ = line->time;
  }

  void find(std::uint64_t index, std::string what, std::string expected, std::string found) {
    if (report_.findings.size() >= sigstore::kMaxFindings) return;
    report_.findings.push_back({.file = sigstore::entries_path(index / sigstore::kTileWidth),
                                .index = index,
                                .what = std::move(what),
                                .expected = std::move(expected),
                                .found = std::move(found)});
  }

  Report& report_;
  const SeeLine& see_;
  WallTime latest_ = WallTime::min();
};

void check_tail(const TailText& text, Report& report, Lines& lines) {
  const std::uint64_t size = report.log.checkpoint.size;
  const Tail tail = parse_tail(text, size);
  report.uncovered = tail.lines.size();
  for (std::size_t i = 0; i < tail.lines.size(); ++i) lines.waiting(size + i, tail.lines[i]);
  if (!tail.rest.empty()) {
    report.remarks.push_back(
        std::to_string(tail.rest.size()) +
        " bytes of the tail do not follow on the log: the agent sets them aside at its next start");
  }
  for (std::size_t i = 0; i < report.log.beyond.size(); ++i) {
    if (i < tail.lines.size() && tail.lines[i] == text_of(report.log.beyond[i])) continue;
    report.remarks.push_back(
        "entries from " + std::to_string(size + i) +
        " on stand beyond the checkpoint and not in the tail: a power cut leaves that, and so does a "
        "checkpoint that was replaced by an older one");
    break;
  }
}

}  // namespace

Result<Report> check_audit_log(const Folder& folder, const Expectation& expected, const SeeLine& see) {
  Report report;
  const auto key = choose_key(folder, expected, report);
  if (!key) return fail(key.error());
  report.origin = key->name;
  report.verifier_key = sigstore::encode_verifier_key(*key);
  const auto kept = read_kept(expected, *key);
  if (!kept) return fail(kept.error());
  if (*kept) report.kept_size = (*kept)->size;
  // First the tail: what leaves it meanwhile is found in the tree.
  const auto tail = read_tail(folder);
  if (!tail) return unavailable(tail.error().what);
  Lines lines(report, see);
  report.log = sigstore::check_stored_log(
      folder.log(), *key, *kept,
      [&lines](std::uint64_t index, ByteView entry, bool sound) { lines.entry(index, entry, sound); });
  report.findings.insert(report.findings.end(), report.log.findings.begin(), report.log.findings.end());
  check_tail(*tail, report, lines);
  return report;
}

Result<CurrentCheckpoint> read_current_checkpoint(const Folder& folder) {
  auto key_text = stored_key_text(folder);
  if (!key_text) return fail(std::move(key_text.error()));
  const auto key = sigstore::parse_verifier_key(*key_text);
  if (!key) return unavailable(folder.verifier_key().string() + ": " + key.error().what);
  auto text = sigstore::read_checkpoint_file(folder.log());
  if (!text) return unavailable(text.error().what, "see: signet audit verify");
  auto checkpoint = sigstore::verify_checkpoint(*text, *key, key->name);
  if (!checkpoint) return fail(ErrorCode::NotVerified, checkpoint.error().what, "see: signet audit verify");
  return CurrentCheckpoint{
      .text = std::move(*text), .checkpoint = std::move(*checkpoint), .verifier_key = std::move(*key_text)};
}

std::string checkpoint_line(std::string_view signed_checkpoint) {
  std::string line(kJournalWord);
  for (const char c : signed_checkpoint) line += c == '\n' ? std::string("\\n") : std::string(1, c);
  return line;
}

std::string kept_note(std::string_view text) {
  const std::size_t word = text.rfind(kJournalWord);
  if (word == text.npos) return std::string(text);
  text.remove_prefix(word + kJournalWord.size());
  std::string note;
  for (text = text.substr(0, text.find('\n')); !text.empty();) {
    const bool end = text.starts_with("\\n");
    note += end ? '\n' : text.front();
    text.remove_prefix(end ? 2 : 1);
  }
  return note;
}

}  // namespace signet::audit
