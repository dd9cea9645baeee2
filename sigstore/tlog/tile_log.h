// A log in the C2SP tlog-tiles layout on disk, written by one process: tiles, entry bundles and a signed checkpoint.
//
// Used for the sandbox's logs and for the audit log. Write order: entry bundles and tiles first
// (each by temporary file, fsync, rename, and fsync of the folders), the checkpoint last; a crash in between leaves
// files that the next append overwrites. Partial forms of a tile go when the full one is covered by a checkpoint, or
// (OldPartials::Remove) a wider one. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/tlog/merkle.h"
#include "sigstore/tlog/tile_files.h"

namespace signet::sigstore {

/// Signs a checkpoint's text and yields the signed note.
using CheckpointSigner = std::function<Result<std::string>(std::string_view text)>;

class TileLog {
 public:
  /// Opens the log in `folder` (for its owner alone), or makes an empty one with a signed checkpoint of size 0.
  ///
  /// What stands beyond the last checkpoint is ignored. The stored checkpoint's root is recomputed from the right edge
  /// of the tiles; what is left of it is checked when it is read.
  /// @param key  the log's own checkpoint key: the stored checkpoint must be signed by it. Without one its signature is
  ///             not checked
  /// @error InvalidRequest  the folder cannot be used, is locked by another process, or its files do not fit its
  ///                        checkpoint
  /// @error NotVerified     the stored checkpoint is of another log, or not signed by `key`
  [[nodiscard]] static Result<TileLog> open(const std::filesystem::path& folder, std::string origin,
                                            CheckpointSigner sign, std::optional<NoteVerifier> key = std::nullopt,
                                            OldPartials partials = OldPartials::Keep);

  TileLog(TileLog&&) noexcept;
  TileLog& operator=(TileLog&&) noexcept;
  TileLog(const TileLog&) = delete;
  TileLog& operator=(const TileLog&) = delete;
  ~TileLog();

  /// Appends entries (each at most 65,535 bytes), publishes a checkpoint that covers them, and yields the first one's
  /// index. No entries: nothing happens, and the index is the size.
  ///
  /// @error LimitExceeded   an entry is too long; nothing was appended
  /// @error LogUnavailable  a file could not be written. The log stands at its last checkpoint on disk: where the new
  /// one
  ///                        is there already, the next append goes on from that, so that no size is ever signed twice
  /// @error others          as `sign` says; nothing was appended
  [[nodiscard]] Result<std::uint64_t> append(const std::vector<Bytes>& entries);

  /// Finds out where the log on disk stands after an append() that failed. Whoever may give the same entries again
  /// calls it first: they may be there, though that was reported as failed.
  ///
  /// @error as open(), LogUnavailable
  [[nodiscard]] Result<void> settle();

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] const std::string& origin() const;
  [[nodiscard]] RootHash root() const;
  /// The last signed checkpoint.
  [[nodiscard]] const std::string& checkpoint() const;
  /// Proofs in the tree of the last checkpoint, checked to lead to its root.
  /// @error InvalidRequest  an index or size beyond the tree, a file that cannot be read, or one that does not fit
  [[nodiscard]] Result<std::vector<NodeHash>> inclusion_proof(std::uint64_t index) const;
  [[nodiscard]] Result<std::vector<NodeHash>> consistency_proof(std::uint64_t old_size) const;
  /// @error InvalidRequest  as for proofs: the entry's hash must stand in its tile
  [[nodiscard]] Result<Bytes> entry(std::uint64_t index) const;

 private:
  struct State;
  explicit TileLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::sigstore
