#include "client/cli/git_notes_merge.h"

#include <algorithm>
#include <utility>

#include "client/cli/git_repository.h"

namespace signet::cli {
namespace {

using sigstore::EvidenceNote;

// So many notes of full size are read at once.
constexpr std::size_t kAtOnce = kMaxObjectsRead / sigstore::kMaxNote;

std::vector<std::string> blob_ids(const NotesTree& tree, const std::string& id) {
  std::vector<std::string> ids;
  const auto found = tree.blobs.find(id);
  if (found == tree.blobs.end()) return ids;
  for (const NotesTree::Blob& blob : found->second) ids.push_back(blob.id);
  return ids;
}

std::vector<std::string> ids_that_differ(const NotesTree& ours, const NotesTree& theirs) {
  std::vector<std::string> ids;
  for (const auto& [id, blobs] : ours.blobs) {
    if (blob_ids(ours, id) != blob_ids(theirs, id)) ids.push_back(id);
  }
  for (const auto& [id, blobs] : theirs.blobs) {
    if (!ours.blobs.contains(id)) ids.push_back(id);
  }
  return ids;
}

EvidenceNote note_of(const Notes& notes, const std::string& id) {
  const auto found = notes.notes.find(id);
  return found == notes.notes.end() ? EvidenceNote{} : found->second;
}

std::size_t count_missing(const std::vector<std::string>& lines, const std::vector<std::string>& there) {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [&](const std::string& line) { return !std::ranges::binary_search(there, line); }));
}

class Merger {
 public:
  Merger(const NotesTree& ours, const NotesTree& theirs) : ours_(ours), theirs_(theirs) {}

  Result<void> merge(const std::vector<std::string>& ids) {
    const auto ours = read_notes(ours_, ids);
    if (!ours) return fail(ours.error());
    const auto theirs = read_notes(theirs_, ids);
    if (!theirs) return fail(theirs.error());
    for (const Notes* notes : {&*ours, &*theirs}) {
      result_.dropped.insert(result_.dropped.end(), notes->unread.begin(), notes->unread.end());
    }
    for (const std::string& id : ids) {
      // One of ours that cannot be read is left as it is.
      if (ours_.blobs.contains(id) && !ours->notes.contains(id)) {
        result_.is_theirs = false;
      } else {
        merge_one(id, note_of(*ours, id), note_of(*theirs, id), theirs->notes.contains(id));
      }
    }
    return {};
  }

  NotesMerge finish() && { return std::move(result_); }

 private:
  void merge_one(const std::string& id, const EvidenceNote& ours, const EvidenceNote& theirs, bool theirs_was_read) {
    const EvidenceNote merged = sigstore::merge_evidence(ours, theirs);
    result_.came += count_missing(merged.lines, ours.lines);
    result_.went += count_missing(merged.lines, theirs.lines);
    if (merged.lines != ours.lines) result_.changes.emplace(id, merged.lines);
    const bool is_whole = theirs_was_read && theirs.left_out == 0;
    if (merged.lines != theirs.lines || !is_whole) result_.is_theirs = false;
    const std::string where = "the note of " + id.substr(0, 12) + " in " + theirs_.ref;
    if (theirs.left_out > 0) {
      result_.dropped.push_back(where + ": " + std::to_string(theirs.left_out) + " lines that are no bundles");
    }
    if (merged.left_out > ours.left_out) {
      result_.dropped.push_back(where + ": " + std::to_string(merged.left_out - ours.left_out) +
                                " bundles for which there is no room");
    }
  }

  const NotesTree& ours_;
  const NotesTree& theirs_;
  NotesMerge result_;
};

}  // namespace

Result<NotesMerge> merge_notes(const NotesTree& ours, const NotesTree& theirs) {
  const auto ids = ids_that_differ(ours, theirs);
  Merger merger(ours, theirs);
  for (std::size_t next = 0; next < ids.size(); next += kAtOnce) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(next);
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(next + kAtOnce, ids.size()));
    if (auto merged = merger.merge({begin, end}); !merged) return fail(std::move(merged.error()));
  }
  return std::move(merger).finish();
}

}  // namespace signet::cli
