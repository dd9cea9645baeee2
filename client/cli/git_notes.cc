#include "client/cli/git_notes.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_repository.h"
#include "client/cli/git_words.h"
#include "common/display.h"
#include "sigstore/git/object.h"

namespace signet::cli {
namespace {

// A million notes, each a line of some hundred bytes.
constexpr std::size_t kMaxTree = std::size_t{128} * 1024 * 1024;

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

std::string short_id(std::string_view id) { return std::string(id.substr(0, 12)); }

}  // namespace

Result<std::string> tip_of(std::string_view ref) {
  const auto answer = run_git(plumbing({"rev-parse", "--verify", "--quiet", std::string(ref)}), local_deadline());
  if (!answer) return fail(answer.error());
  if (answer->status == 1) return std::string();
  std::string_view id = answer->output;
  if (id.ends_with('\n')) id.remove_suffix(1);
  if (answer->status == 0 && sigstore::is_git_object_id(id)) return std::string(id);
  return refused_by_git(*answer);
}

Result<void> check_own_ref(const std::string& ref) {
  const auto symbolic = run_git(plumbing({"symbolic-ref", "--quiet", ref}), local_deadline());
  if (!symbolic) return fail(symbolic.error());
  if (symbolic->status != 0) return {};
  return fail(ErrorCode::InvalidRequest,
              ref + " is no ref of its own: it stands for " +
                  display_text(symbolic->output.substr(0, symbolic->output.find('\n'))),
              "if nobody wants that: git symbolic-ref --delete " + ref);
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

}  // namespace signet::cli
