// An inclusion proof from the tiles that a log serves (C2SP tlog-tiles): which tiles it takes, and the proof from them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "common/error.h"
#include "sigstore/tlog/merkle.h"
#include "sigstore/tlog/tile_edge.h"

namespace signet::sigstore {

struct TileName {
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned width = kTileWidth;
  auto operator<=>(const TileName&) const = default;
};
using Tiles = std::map<TileName, TileHashes>;

/// The tiles from which prove_from_tiles() works: at most two of each level. `index` must be less than `size`.
[[nodiscard]] std::vector<TileName> tiles_of_proof(std::uint64_t index, std::uint64_t size);

/// The proof of entry `index` in the tree of `size` leaves. Not checked: it is as true as the tiles are.
///
/// @error InvalidRequest  a tile is missing or has another width than its name says, or the index is beyond the tree
[[nodiscard]] Result<std::vector<NodeHash>> prove_from_tiles(std::uint64_t index, std::uint64_t size,
                                                             const Tiles& tiles);

/// The hashes of a tile of that width. Where the full tile came in place of a partial one, it is cut (tlog-tiles: the
/// partial one may be gone).
///
/// @error InvalidRequest  not a sequence of hashes, or fewer than `width`
[[nodiscard]] Result<TileHashes> parse_tile(ByteView bytes, unsigned width);

}  // namespace signet::sigstore
