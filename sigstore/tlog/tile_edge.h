// The right edge of a tiled tree: of each level the one tile that is not full yet (C2SP tlog-tiles).
//
// It is all that appending needs, so that an append costs what is new and not what is there.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "common/error.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {

inline constexpr std::uint64_t kTileWidth = 256;

/// The hashes of one tile, from the left.
using TileHashes = std::vector<NodeHash>;

/// The node above a tile's hashes, of which there are a power of two.
[[nodiscard]] NodeHash fold_tile(std::span<const NodeHash> hashes);

class TileEdge {
 public:
  using FullTile = std::function<void(unsigned level, std::uint64_t index, const TileHashes& hashes)>;
  using ReadTile = std::function<Result<TileHashes>(unsigned level, std::uint64_t index, unsigned width)>;

  /// The edge of the empty tree.
  TileEdge() = default;
  /// Reads the edge of a tree of `size` leaves: at most one tile of each level.
  /// @error InvalidRequest  a tile cannot be read, or has another width
  [[nodiscard]] static Result<TileEdge> load(std::uint64_t size, const ReadTile& read);

  /// Adds a leaf; tells `full` of each tile that it completes.
  void push(const LeafHash& leaf, const FullTile& full);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] unsigned levels() const { return static_cast<unsigned>(rows_.size()); }
  /// The partial tile of a level below levels(): its index, and its hashes, of which there may be none.
  [[nodiscard]] std::uint64_t index(unsigned level) const;
  [[nodiscard]] const TileHashes& hashes(unsigned level) const { return rows_.at(level); }

  [[nodiscard]] RootHash root() const;
  /// A complete subtree of this tree; full tiles come from `read`.
  [[nodiscard]] Result<NodeHash> subtree(unsigned level, std::uint64_t index, const ReadTile& read) const;

 private:
  std::uint64_t size_ = 0;
  std::vector<TileHashes> rows_;
};

}  // namespace signet::sigstore
