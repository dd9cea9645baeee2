#include "sigstore/git/evidence_note.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "sigstore/bundle/bundle.h"

namespace signet::sigstore {
namespace {

void sort_and_unite(std::vector<std::string>& lines) {
  std::ranges::sort(lines);
  const auto repeated = std::ranges::unique(lines);
  lines.erase(repeated.begin(), repeated.end());
}

std::unexpected<Error> too_large(std::string_view of_what, std::size_t limit) {
  return fail(ErrorCode::LimitExceeded,
              "a note with more than " + std::to_string(limit) + " " + std::string(of_what) + " is not read");
}

}  // namespace

Result<EvidenceNote> parse_evidence_note(std::string_view text) {
  if (text.size() > kMaxNote) return too_large("bytes", kMaxNote);
  EvidenceNote note;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (++count > kMaxNoteLines) return too_large("lines", kMaxNoteLines);
    if (parse_bundle(line)) {
      note.lines.emplace_back(line);
    } else {
      ++note.left_out;
    }
  }
  sort_and_unite(note.lines);
  return note;
}

Result<CommitSubject> subject_of_evidence(std::string_view line) {
  const auto bundle = parse_bundle(line);
  if (!bundle) return fail(bundle.error());
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle->content);
  if (envelope == nullptr) return fail(ErrorCode::InvalidRequest, "the bundle is a signature, no attestation");
  return parse_commit_statement(envelope->payload);
}

Result<void> check_evidence(std::string_view line, ByteView commit) {
  const auto bundle = parse_bundle(line);
  const auto* envelope = bundle ? std::get_if<DsseEnvelope>(&bundle->content) : nullptr;
  if (envelope == nullptr) return fail(ErrorCode::InvalidRequest, "the bundle is no attestation");
  return check_commit_predicate(envelope->payload, commit);
}

std::string encode_evidence_note(std::vector<std::string> lines) {
  sort_and_unite(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

EvidenceNote merge_evidence(const EvidenceNote& ours, const EvidenceNote& theirs) {
  EvidenceNote merged = ours;
  std::size_t size = encode_evidence_note(ours.lines).size();
  for (const std::string& line : theirs.lines) {
    if (std::ranges::binary_search(ours.lines, line)) continue;
    if (merged.lines.size() >= kMaxNoteLines || size + line.size() + 1 > kMaxNote) {
      ++merged.left_out;
      continue;
    }
    size += line.size() + 1;
    merged.lines.push_back(line);
  }
  sort_and_unite(merged.lines);
  return merged;
}

}  // namespace signet::sigstore
