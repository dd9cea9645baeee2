#include "sigstore/services/tile_proof.h"

#include <algorithm>
#include <set>
#include <utility>

namespace signet::sigstore {
namespace {

Result<std::vector<NodeHash>> prove(std::uint64_t index, std::uint64_t size, const TileEdge::ReadTile& read) {
  const auto edge = TileEdge::load(size, read);
  if (!edge) return fail(edge.error());
  return prove_inclusion(index, size,
                         [&](unsigned level, std::uint64_t subtree) { return edge->subtree(level, subtree, read); });
}

}  // namespace

// By proving with tiles of zeros and looking what is read: one walk of the tree, not two that could differ.
std::vector<TileName> tiles_of_proof(std::uint64_t index, std::uint64_t size) {
  std::set<TileName> wanted;
  [[maybe_unused]] const auto proof =
      prove(index, size, [&](unsigned level, std::uint64_t tile, unsigned width) -> Result<TileHashes> {
        wanted.insert({.level = level, .index = tile, .width = width});
        return TileHashes(width);
      });
  return {wanted.begin(), wanted.end()};
}

Result<std::vector<NodeHash>> prove_from_tiles(std::uint64_t index, std::uint64_t size, const Tiles& tiles) {
  return prove(index, size, [&](unsigned level, std::uint64_t tile, unsigned width) -> Result<TileHashes> {
    const auto found = tiles.find({.level = level, .index = tile, .width = width});
    if (found != tiles.end() && found->second.size() == width) return found->second;
    return fail(ErrorCode::InvalidRequest, "a tile is missing or has another width than its name says");
  });
}

Result<TileHashes> parse_tile(ByteView bytes, unsigned width) {
  constexpr std::size_t kHash = sizeof(NodeHash);
  const std::size_t count = bytes.size() / kHash;
  if (bytes.size() % kHash != 0 || count > kTileWidth || count < width) {
    return fail(ErrorCode::InvalidRequest, "not a tile of " + std::to_string(width) + " hashes");
  }
  TileHashes hashes(width);
  for (std::size_t i = 0; i < width; ++i) {
    std::ranges::copy(bytes.subspan(i * kHash, kHash), hashes[i].begin());
  }
  return hashes;
}

}  // namespace signet::sigstore
