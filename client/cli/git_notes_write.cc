#include "client/cli/git_notes_write.h"

#include <utility>

#include "client/cli/git_repository.h"
#include "client/cli/git_words.h"
#include "common/display.h"
#include "common/time.h"

namespace signet::cli {
namespace {

constexpr int kMostTries = 20;

// Others of us hold the ref's lock for a moment, and git gives up after a tenth of a second.
GitCommand writing(std::vector<std::string> arguments, std::string input) {
  arguments.insert(arguments.begin(), {"-c", "core.filesRefLockTimeout=3000"});
  return plumbing(std::move(arguments), std::move(input));
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
      return fail(ErrorCode::LimitExceeded, "the note of " + id.substr(0, 12) + " is full",
                  "look at it with git notes --ref=signet show, and remove what is not needed");
    }
    commit.notes.emplace(id, std::move(merged.lines));
  }
  return commit;
}

// What has this ref for its HEAD would have other files than its commit's after the next note.
Result<void> check_work_trees(const std::string& ref) {
  const auto trees = ask_git(plumbing({"worktree", "list", "--porcelain"}), local_deadline());
  if (!trees) return fail(trees.error());
  if (trees->find("\nbranch " + ref + "\n") == std::string::npos) return {};
  return fail(ErrorCode::InvalidRequest, ref + " is checked out in a work tree",
              "switch to a branch there: git switch");
}

Result<void> check_ref(const std::string& ref) {
  auto own = check_own_ref(ref);
  return own ? check_work_trees(ref) : own;
}

Result<void> check_tip(const NotesTree& tree) {
  if (tree.tip.empty()) return {};
  const auto type = ask_git(plumbing({"cat-file", "-t", tree.tip}), local_deadline());
  if (!type) return fail(type.error());
  if (*type == "commit\n") return {};
  return fail(ErrorCode::InvalidRequest,
              tree.ref + " is no commit of notes, but a " + display_text(type->substr(0, type->find('\n')), 20),
              "if nobody wants that: git update-ref -d " + tree.ref);
}

// git takes its lock on the ref, as for any commit, and lets it go.
Result<void> try_lock(const NotesTree& tree, const std::string& any_commit) {
  const auto answer = run_git(writing({"update-ref", "--stdin"}, "start\noption no-deref\nupdate " + tree.ref + " " +
                                                                     any_commit + "\nprepare\nabort\n"),
                              local_deadline());
  if (!answer) return fail(answer.error());
  if (answer->status == 0) return {};
  return refused_by_git(*answer);
}

// It opens its pack before it knows that there is nothing to put in.
Result<void> try_pack() {
  const auto packed = ask_git(writing({"fast-import", "--quiet", "--done"}, "done\n"), local_deadline());
  return packed ? Result<void>() : fail(packed.error());
}

}  // namespace

Result<bool> write_notes(const NotesTree& tree, const NotesCommit& commit) {
  if (auto sound = check_ref(tree.ref); !sound) return fail(std::move(sound.error()));
  // fast-import moves the ref only where the commit continues it, under git's own lock.
  const auto answer =
      run_git(writing({"fast-import", "--quiet", "--done", "--date-format=raw"}, import_stream(tree, commit)),
              local_deadline());
  if (!answer) return fail(answer.error());
  const auto tip = tip_of(tree.ref);
  if (!tip) return fail(tip.error());
  if (answer->status == 0) return true;
  if (*tip != tree.tip) return false;
  return refused_by_git(*answer);
}

Result<void> rehearse_evidence(const std::vector<std::string>& ids) {
  const auto tree = read_notes_tree(kEvidenceRef);
  if (!tree) return fail(tree.error());
  if (auto sound = check_tip(*tree); !sound) return sound;
  if (auto sound = check_ref(tree->ref); !sound) return sound;
  std::map<std::string, std::string> lines;
  for (const std::string& id : ids) lines.emplace(id, "?");
  if (const auto commit = with_lines(*tree, lines); !commit) return fail(commit.error());
  // The ref is not moved, so that any object will do which is there.
  if (auto locked = try_lock(*tree, tree->tip.empty() ? ids.front() : tree->tip); !locked) return locked;
  return try_pack();
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
