// Writing the notes ref that holds the evidence beside git objects, so that nobody's note is lost.
//
// By git's own plumbing, without editors, hooks or a signature of the notes' commit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/cli/git_notes.h"
#include "common/error.h"

namespace signet::cli {

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

/// Whether add_evidence() will do its work, as far as that shows while there is nothing to write: the ref is one of its
/// own and of notes, git can lock it and make a pack, and the note of each of these objects can be read and has room.
/// Nothing is changed.
///
/// @param ids  not empty
/// @error InvalidRequest  the ref is symbolic, checked out or no commit's, or git says no
/// @error LimitExceeded  a note is full, or larger than one may be
/// @error as run_git()
[[nodiscard]] Result<void> rehearse_evidence(const std::vector<std::string>& ids);

/// Adds lines to the notes of objects, whoever else writes meanwhile.
///
/// @error Cancelled  others were faster, again and again
/// @error LimitExceeded  a note would have more lines than a note may have
/// @error as write_notes()
[[nodiscard]] Result<void> add_evidence(const std::map<std::string, std::string>& lines);

}  // namespace signet::cli
