// A whole log on disk (C2SP tlog-tiles), read and checked: every entry against its tile, every tile against those below
// it, the root against the signed checkpoint, and the checkpoint against an older one that somebody kept.
//
// Works beside a process that writes the log: what belongs to one checkpoint is read together, and full tiles never
// change. Nothing is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "sigstore/tlog/checkpoint.h"

namespace signet::sigstore {

/// Where a log is not what it should be.
struct LogFinding {
  std::string file;                      ///< below the log's folder
  std::optional<std::uint64_t> index{};  ///< of the entry, where it is about one
  std::string what;                      ///< one clause: "the entry was changed"
  std::string expected{};
  std::string found{};
};

/// What a log on disk turned out to be.
struct StoredLog {
  std::string signed_checkpoint{};     ///< as it stands on disk; empty where there is none
  Checkpoint checkpoint{};             ///< of size 0 where it cannot be read
  std::vector<LogFinding> findings{};  ///< in the order of the log; at most kMaxFindings
  bool stopped_early = false;          ///< there were more findings; the rest was not looked at
  /// Entries that stand in the last bundle beyond the checkpoint, the first at index checkpoint.size. A crash leaves
  /// such, and so does a checkpoint that was replaced by an older one.
  std::vector<Bytes> beyond{};
};

inline constexpr std::size_t kMaxFindings = 1000;

/// Hears of each entry in order. `sound`: its hash is the one that the tree holds.
using SeeEntry = std::function<void(std::uint64_t index, ByteView entry, bool sound)>;

/// @param key   whose signature the checkpoint must carry; its name is the log's origin
/// @param kept  an older checkpoint of this log, its signature already verified: the log must be one that grew from it
/// @param see   may be empty
[[nodiscard]] StoredLog check_stored_log(const std::filesystem::path& folder, const NoteVerifier& key,
                                         const std::optional<Checkpoint>& kept, const SeeEntry& see);

}  // namespace signet::sigstore
