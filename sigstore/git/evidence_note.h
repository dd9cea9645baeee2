// The evidence beside a git object: a note with a Sigstore bundle on each line (JSON Lines). Anybody who may push can
// write one, so a note is worth what its bundles are worth.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/git/commit_statement.h"

namespace signet::sigstore {

/// As much as one note may have: dozens of bundles with a commit's whole text in each.
inline constexpr std::size_t kMaxNote = std::size_t{4} * 1024 * 1024;
/// As many as one note may have: more signers than a commit has.
inline constexpr std::size_t kMaxNoteLines = 64;

struct EvidenceNote {
  std::vector<std::string> lines;  ///< a bundle each, sorted, each once
  std::size_t left_out = 0;        ///< lines that are no bundle
};

/// Reads a note. Blank lines are passed over.
///
/// @error LimitExceeded  more than kMaxNote bytes or kMaxNoteLines lines
[[nodiscard]] Result<EvidenceNote> parse_evidence_note(std::string_view text);

/// Which commit a bundle is evidence of. Nothing is verified.
///
/// @error InvalidRequest  no bundle, one that is no attestation, or as parse_commit_statement()
/// @error LimitExceeded   as parse_commit_statement()
[[nodiscard]] Result<CommitSubject> subject_of_evidence(std::string_view line);

/// check_commit_predicate() of a bundle that subject_of_evidence() took.
[[nodiscard]] Result<void> check_evidence(std::string_view line, ByteView commit);

/// The note with these lines, sorted and each once, so that whoever merges the same two notes writes the same bytes.
///
/// @param lines  without line ends
[[nodiscard]] std::string encode_evidence_note(std::vector<std::string> lines);

/// What both have: the lines of `ours` and, as far as a note may have so many, those of `theirs`.
///
/// @return  `left_out`: lines of theirs that found no room
[[nodiscard]] EvidenceNote merge_evidence(const EvidenceNote& ours, const EvidenceNote& theirs);

}  // namespace signet::sigstore
