#include "client/cli/git_notes.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "client/cli/git_repository.h"
#include "common/display.h"
#include "common/time.h"
#include "sigstore/git/object.h"

namespace signet::cli {
namespace {

// A million notes, each a line of some hundred bytes.
constexpr std::size_t kMaxTree = std::size_t{128} * 1024 * 1024;
constexpr int kMostTries = 20;

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view piece = text.substr(0, text.find(end));
  text.remove_prefix(std::min(piece.size() + 1, text.size()));
  return piece;
}

// "ab/cdef…" is the note of abcdef…: git spreads notes over folders as they get many.
std::string annotated_id(std::string_view path) {
  if (path.starts_with('/') || path.find("//") != std::string_view::npos) return {};
  std::string id(path);
  std::erase(id, '/');
  return sigstore::is_git_object_id(id) ? id : std::string();
}

// "100644 blob <id>\t<path>"
void take_entry(std::string_view entry, NotesTree& tree) {
  take_until(entry, ' ');
  if (take_until(entry, ' ') != "blob") return;
  const std::string_view blob = take_until(entry, '\t');
  std::string id = annotated_id(entry);
  if (id.empty() || !sigstore::is_git_object_id(blob)) return;
  tree.blobs[std::move(id)].push_back({.path = std::string(entry), .id = std::string(blob)});
}

std::string fan_out(std::string_view id) { return std::string(id.substr(0, 2)) + "/" + std::string(id.substr(2)); }

void append_data(std::string& stream, std::string_view data) {
  stream += "data " + std::to_string(data.size()) + "\n";
  stream += data;
  stream += "\n";
}

// The note where one is already, else in a folder of its own; a second one of the same object goes.
void append_note(std::string& stream, const NotesTree& tree, const std::string& id, std::vector<std::string> lines) {
  const auto known = tree.blobs.find(id);
  const bool is_known = known != tree.blobs.end();
  if (is_known) {
    for (const NotesTree::Blob& blob : known->second) stream += "D " + blob.path + "\n";
  }
  if (lines.empty()) return;
  stream += "M 100644 inline " + (is_known ? known->second.front().path : fan_out(id)) + "\n";
  append_data(stream, sigstore::encode_evidence_note(std::move(lines)));
}

// Whoever has told git no name may still keep evidence.
std::string committer() {
  const auto ident = ask_git(plumbing({"var", "GIT_COMMITTER_IDENT"}), local_deadline());
  if (ident && ident->ends_with('\n')) return ident->substr(0, ident->size() - 1);
  return "signet <signet> " + std::to_string(unix_seconds(SystemClock().now())) + " +0000";
}

std::string import_stream(const NotesTree& tree, const NotesCommit& commit) {
  std::string stream = "commit " + tree.ref + "\ncommitter " + committer() + "\n";
  append_data(stream, commit.message + "\n");
  if (!tree.tip.empty()) stream += "from " + tree.tip + "\n";
  if (!commit.merged.empty()) stream += "merge " + commit.merged + "\n";
  for (const auto& [id, lines] : commit.notes) append_note(stream, tree, id, lines);
  return stream + "done\n";
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, 12)); }

Result<NotesCommit> with_lines(const NotesTree& tree, const std::map<std::string, std::string>& lines) {
  std::vector<std::string> ids;
  ids.reserve(lines.size());
  for (const auto& [id, line] : lines) ids.push_back(id);
  const auto notes = read_notes(tree, ids);
  if (!notes) return fail(notes.error());
  if (!notes->unread.empty()) {
    return fail(ErrorCode::LimitExceeded, notes->unread.front(),
                "somebody filled it: look at it with git notes --ref=signet show, and remove it");
  }
  NotesCommit commit{
      .message = "signet: evidence for " + std::to_string(lines.size()) + (lines.size() == 1 ? " commit" : " commits"),
      .notes = {},
      .merged = {}};
  for (const auto& [id, line] : lines) {
    const auto there = notes->notes.find(id);
    const sigstore::EvidenceNote note = there == notes->notes.end() ? sigstore::EvidenceNote{} : there->second;
    auto merged = sigstore::merge_evidence(note, {.lines = {line}});
    if (merged.left_out > note.left_out) {
      return fail(ErrorCode::LimitExceeded, "the note of " + short_id(id) + " is full",
                  "look at it with git notes --ref=signet show, and remove what is not needed");
    }
    commit.notes.emplace(id, std::move(merged.lines));
  }
  return commit;
}

}  // namespace

Result<std::string> tip_of(std::string_view ref) {
  const auto answer = run_git(plumbing({"rev-parse", "--verify", "--quiet", std::string(ref)}), local_deadline());
  if (!answer) return fail(answer.error());
  if (answer->status == 1) return std::string();
  std::string_view id = answer->output;
  if (id.ends_with('\n')) id.remove_suffix(1);
  if (answer->status == 0 && sigstore::is_git_object_id(id)) return std::string(id);
  return fail(ErrorCode::InvalidRequest, last_words(*answer));
}

Result<NotesTree> read_notes_tree(std::string_view ref) {
  auto tip = tip_of(ref);
  if (!tip) return fail(std::move(tip.error()));
  NotesTree tree{.ref = std::string(ref), .tip = std::move(*tip), .blobs = {}};
  if (tree.tip.empty()) return tree;
  auto command = plumbing({"ls-tree", "-r", "-z", "--full-tree", tree.tip});
  command.limit = kMaxTree;
  const auto output = ask_git(command, local_deadline());
  if (!output) return fail(output.error());
  for (std::string_view rest = *output; !rest.empty();) take_entry(take_until(rest, '\0'), tree);
  return tree;
}

Result<std::vector<std::string>> remote_evidence_refs() {
  const auto output = ask_git(plumbing({"for-each-ref", "--count=" + std::to_string(kMaxEvidenceRefs + 1),
                                        "--format=%(refname)", std::string(kRemoteEvidence)}),
                              local_deadline());
  if (!output) return fail(output.error());
  std::vector<std::string> refs;
  for (std::string_view rest = *output; !rest.empty();) refs.emplace_back(take_until(rest, '\n'));
  return refs;
}

Result<Notes> read_notes(const NotesTree& tree, const std::vector<std::string>& ids) {
  std::vector<std::string> blobs;
  for (const std::string& id : ids) {
    const auto found = tree.blobs.find(id);
    if (found == tree.blobs.end()) continue;
    for (const NotesTree::Blob& blob : found->second) blobs.push_back(blob.id);
  }
  auto stored = read_bounded(blobs, sigstore::kMaxNote);
  if (!stored) return fail(std::move(stored.error()));
  Notes notes;
  std::size_t next = 0;
  for (const std::string& id : ids) {
    const auto found = tree.blobs.find(id);
    if (found == tree.blobs.end()) continue;
    std::string text;
    bool is_whole = true;
    for (std::size_t i = 0; i < found->second.size(); ++i, ++next) {
      is_whole = is_whole && stored->at(next).has_value();
      if (is_whole) text += stored->at(next)->text + "\n";
    }
    if (!is_whole) text.assign(sigstore::kMaxNote + 1, '\n');  // whoever reads notes says best that it is too large
    auto note = sigstore::parse_evidence_note(text);
    if (note) {
      notes.notes.emplace(id, std::move(*note));
    } else {
      notes.unread.push_back("the note of " + short_id(id) + " in " + display_text(tree.ref) + ": " +
                             note.error().what);
    }
  }
  return notes;
}

Result<bool> write_notes(const NotesTree& tree, const NotesCommit& commit) {
  // Through a symbolic ref the commit of notes would be one of a branch.
  const auto symbolic = run_git(plumbing({"symbolic-ref", "--quiet", tree.ref}), local_deadline());
  if (!symbolic) return fail(symbolic.error());
  if (symbolic->status == 0) {
    return fail(ErrorCode::InvalidRequest,
                tree.ref + " is no ref of its own: it stands for " +
                    display_text(symbolic->output.substr(0, symbolic->output.find('\n'))),
                "if nobody wants that: git symbolic-ref --delete " + tree.ref);
  }
  // fast-import moves the ref only where the commit continues it, under git's own lock.
  auto command = plumbing({"fast-import", "--quiet", "--done", "--date-format=raw"}, import_stream(tree, commit));
  const auto answer = run_git(command, local_deadline());
  if (!answer) return fail(answer.error());
  const auto tip = tip_of(tree.ref);
  if (!tip) return fail(tip.error());
  if (answer->status == 0) return true;
  if (*tip != tree.tip) return false;
  return fail(ErrorCode::InvalidRequest, last_words(*answer));
}

Result<void> add_evidence(const std::map<std::string, std::string>& lines) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    const auto tree = read_notes_tree(kEvidenceRef);
    if (!tree) return fail(tree.error());
    const auto commit = with_lines(*tree, lines);
    if (!commit) return fail(commit.error());
    const auto written = write_notes(*tree, *commit);
    if (!written) return fail(written.error());
    if (*written) return {};
  }
  return fail(ErrorCode::Cancelled,
              "others wrote " + std::string(kEvidenceRef) + " faster, " + std::to_string(kMostTries) + " times",
              "do it again when they are done");
}

}  // namespace signet::cli
