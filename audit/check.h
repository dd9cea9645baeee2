// Checks the audit log in a state folder from outside: the tree, its lines, its tail, and a checkpoint that was kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/folder.h"
#include "audit/line.h"
#include "common/error.h"
#include "sigstore/tlog/stored_log.h"

namespace signet::audit {

/// A line on its way to a list.
struct SeenLine {
  std::uint64_t index = 0;
  std::string_view text;       ///< as it stands in the log; nothing of it is safe to show
  const Line* line = nullptr;  ///< null where it is not a line of ours
  bool covered = true;         ///< by the checkpoint; else it stands in the tail
  bool sound = true;           ///< the tree holds exactly this line
};
using SeeLine = std::function<void(const SeenLine&)>;

/// What is held against the log.
struct Expectation {
  std::optional<std::string> checkpoint{};    ///< a checkpoint that was kept, as text
  std::optional<std::string> verifier_key{};  ///< the log's verifier key, as it was kept
};

struct Report {
  std::string origin;
  std::string verifier_key;                      ///< the one that counted: the one that was kept, else the stored one
  sigstore::StoredLog log;                       ///< with the findings of the tree
  std::vector<sigstore::LogFinding> findings{};  ///< all of them: the answer is yes where there is none
  std::vector<std::string> remarks{};            ///< what a person should know and what is no proof of a change
  std::uint64_t uncovered = 0;                   ///< whole lines of the tail
  std::optional<std::uint64_t> kept_size{};      ///< of the kept checkpoint
};

/// How far the clock may go back from one line to the next without a remark (D15).
inline constexpr std::chrono::minutes kClockTolerance{5};

/// @param see  hears of each line in order, also of those that are not sound; may be empty
/// @error AuditUnavailable  there is no audit log in the folder, or its files cannot be read at all
/// @error InvalidRequest    the kept checkpoint or verifier key is not one
/// @error NotVerified       the kept checkpoint is not signed by the log's key
[[nodiscard]] Result<Report> check_audit_log(const Folder& folder, const Expectation& expected, const SeeLine& see);

/// The current checkpoint, for keeping elsewhere.
struct CurrentCheckpoint {
  std::string text;  ///< a signed note (C2SP tlog-checkpoint)
  sigstore::Checkpoint checkpoint;
  std::string verifier_key;
};

/// @error AuditUnavailable  there is none, or it cannot be read
/// @error NotVerified       it is not signed by the log's key
[[nodiscard]] Result<CurrentCheckpoint> read_current_checkpoint(const Folder& folder);

/// One line for a journal: "audit checkpoint: " and the note with "\n" in the place of each line end.
[[nodiscard]] std::string checkpoint_line(std::string_view signed_checkpoint);
/// The note in what somebody kept: the note itself, or a line that holds checkpoint_line().
[[nodiscard]] std::string kept_note(std::string_view text);

}  // namespace signet::audit
