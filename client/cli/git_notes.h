// The notes ref that holds the evidence beside git objects, and those of remotes, as they are at one moment.
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

/// Refuses a symbolic ref: what is done to it would be done to a branch, and what is sent for it would be a branch's.
///
/// @error InvalidRequest  it stands for another ref, which is named
/// @error as run_git()
[[nodiscard]] Result<void> check_own_ref(const std::string& ref);

/// The id that a ref or revision has, or "" where there is none.
[[nodiscard]] Result<std::string> tip_of(std::string_view ref);

}  // namespace signet::cli
