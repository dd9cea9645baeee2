// The notes ref that holds the evidence beside git objects: reading it at one moment, and writing it so that nobody's
// note is lost.
//
// Written by git's own plumbing, without editors, hooks or a signature of the notes' commit.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/git/evidence_note.h"

namespace signet::cli {

inline constexpr std::string_view kEvidenceRef = "refs/notes/signet";
/// Below it, what each remote had when it was last fetched.
inline constexpr std::string_view kRemoteEvidence = "refs/notes/signet-remote/";

/// A notes ref at one moment. A tip that is empty: there was none.
struct NotesTree {
  struct Blob {
    std::string path;
    std::string id;
  };
  std::string ref;
  std::string tip;
  std::map<std::string, std::vector<Blob>> blobs;  ///< by the id of the object that the note is of
};

/// @error LimitExceeded  it has notes for more than a million objects
/// @error as run_git()
[[nodiscard]] Result<NotesTree> read_notes_tree(std::string_view ref);

/// So many refs of remotes' evidence are read, and no more.
inline constexpr std::size_t kMaxEvidenceRefs = 100;

/// The refs of remotes' evidence that are here; one more than kMaxEvidenceRefs where there are more.
[[nodiscard]] Result<std::vector<std::string>> remote_evidence_refs();

/// The notes of these objects; those that have none are left out. A note that cannot be read has a message for a
/// person in `unread` and is left out.
struct Notes {
  std::map<std::string, sigstore::EvidenceNote> notes;
  std::vector<std::string> unread;
};

/// @error as run_git()
[[nodiscard]] Result<Notes> read_notes(const NotesTree& tree, const std::vector<std::string>& ids);

/// A commit of notes to be written.
struct NotesCommit {
  std::string message;
  std::map<std::string, std::vector<std::string>> notes;  ///< the lines of each object's note as they are to be
  std::string merged;                                     ///< the tip of another notes ref whose history is joined
};

/// Writes a commit on top of the tree's tip, at once and as a whole.
///
/// @return  false where the ref has another tip meanwhile: nothing was written; read it again
/// @error InvalidRequest  git says no
/// @error as run_git()
[[nodiscard]] Result<bool> write_notes(const NotesTree& tree, const NotesCommit& commit);

/// Adds lines to the notes of objects, whoever else writes meanwhile.
///
/// @error Cancelled  others were faster, again and again
/// @error LimitExceeded  a note would have more lines than a note may have
/// @error as write_notes()
[[nodiscard]] Result<void> add_evidence(const std::map<std::string, std::string>& lines);

/// The id that a ref or revision has, or "" where there is none.
[[nodiscard]] Result<std::string> tip_of(std::string_view ref);

}  // namespace signet::cli
