// The audit log's tree on the disk: its key, its tiles and checkpoints, and what an earlier agent left behind.
//
// Blocks on the disk; for one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/folder.h"
#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::agent {

class LogStore {
 public:
  /// Opens the log, or begins one with a key of its own. Brings the whole lines that an earlier agent left in the tail
  /// (and those of version 0.1's file) into the tree and sets aside what does not follow on it. Afterwards the tail's
  /// files may be emptied.
  ///
  /// @error AuditUnavailable  a file is damaged, missing, or open to others; the message says which, the remedy what to
  ///                          do. Nothing is begun anew where something was.
  [[nodiscard]] static Result<LogStore> open(const audit::Folder& folder);

  /// Brings lines (without line ends) into the tree and signs a checkpoint that covers them; returns when all of it is
  /// on the disk.
  ///
  /// @error AuditUnavailable  a file could not be written; the log stands at a checkpoint. The same lines may be given
  ///                          again: those that are in it already are known by their number
  /// @param first  the number of the first line
  [[nodiscard]] Result<void> append(std::uint64_t first, const std::vector<Bytes>& lines);

  [[nodiscard]] std::uint64_t size() const { return log_.size(); }
  /// The last signed checkpoint.
  [[nodiscard]] const std::string& checkpoint() const { return log_.checkpoint(); }
  /// Says what open() set aside, for a person; empty where there was nothing.
  [[nodiscard]] const std::string& set_aside() const { return set_aside_; }

 private:
  explicit LogStore(sigstore::TileLog log) : log_(std::move(log)) {}
  Result<void> carry_over(const audit::Folder& folder);
  Result<void> recover_tail(const audit::Folder& folder);

  sigstore::TileLog log_;
  std::string set_aside_;
};

}  // namespace signet::agent
