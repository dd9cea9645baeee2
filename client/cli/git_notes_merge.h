// What the notes of two refs are together. Theirs came from a remote, and anybody may have written them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "client/cli/git_notes.h"
#include "common/error.h"

namespace signet::cli {

struct NotesMerge {
  /// What is to be written over ours, by object: their bundles among our own.
  std::map<std::string, std::vector<std::string>> changes;
  std::size_t came = 0;              ///< bundles that ours lacked
  std::size_t went = 0;              ///< bundles that theirs lacks
  bool is_theirs = true;             ///< the result is what theirs is already
  std::vector<std::string> dropped;  ///< what of theirs was not taken, and why: for a person, safe to show
};

/// Compares two trees note by note; only notes that differ are read.
///
/// Lines of theirs that are no bundles are not taken, nor is a note that is larger than one may be.
/// @error as run_git()
[[nodiscard]] Result<NotesMerge> merge_notes(const NotesTree& ours, const NotesTree& theirs);

}  // namespace signet::cli
