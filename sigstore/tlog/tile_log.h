// A log in the C2SP tlog-tiles layout on disk, written by one process: tiles, entry bundles and a signed checkpoint.
//
// Used for the sandbox's logs and, with the next issue, for the audit log. Write order: entry bundles and tiles first
// (each by temporary file, fsync, rename), the checkpoint last; a crash in between leaves files that the next append
// overwrites. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {

/// "tile/0/x001/234" or, with width 1..255, "tile/0/x001/234.p/17" (C2SP tlog-tiles).
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t index, unsigned width = 256);
/// "tile/entries/x001/234" and so on.
[[nodiscard]] std::string entries_path(std::uint64_t index, unsigned width = 256);

/// Signs a checkpoint's text and yields the signed note.
using CheckpointSigner = std::function<Result<std::string>(std::string_view text)>;

class TileLog {
 public:
  /// Opens the log in `folder`, or makes an empty one with a signed checkpoint of size 0.
  ///
  /// What stands beyond the last checkpoint is ignored. The stored checkpoint's root is recomputed from the tiles.
  /// @error InvalidRequest  the folder cannot be used, is locked by another process, or its files do not fit its
  /// checkpoint
  [[nodiscard]] static Result<TileLog> open(const std::filesystem::path& folder, std::string origin,
                                            CheckpointSigner sign);

  TileLog(TileLog&&) noexcept;
  TileLog& operator=(TileLog&&) noexcept;
  ~TileLog();

  /// Appends entries (each at most 65,535 bytes), publishes a checkpoint that covers them, and yields the first one's
  /// index.
  ///
  /// @error LimitExceeded   an entry is too long; nothing was appended
  /// @error LogUnavailable  a file could not be written; the log stands at its last checkpoint
  [[nodiscard]] Result<std::uint64_t> append(const std::vector<Bytes>& entries);

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] const std::string& origin() const;
  [[nodiscard]] RootHash root() const;
  /// The last signed checkpoint.
  [[nodiscard]] const std::string& checkpoint() const;
  /// A proof in the tree of the last checkpoint.
  [[nodiscard]] Result<std::vector<NodeHash>> inclusion_proof(std::uint64_t index) const;
  [[nodiscard]] Result<std::vector<NodeHash>> consistency_proof(std::uint64_t old_size) const;
  [[nodiscard]] Result<Bytes> entry(std::uint64_t index) const;

 private:
  struct State;
  explicit TileLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::sigstore
