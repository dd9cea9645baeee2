#include "sigstore/tlog/tile_edge.h"

#include <algorithm>
#include <optional>
#include <string>

namespace signet::sigstore {
namespace {

constexpr unsigned kTileHeight = 8;

// How many subtrees of 256^level leaves are complete in a tree of `size`.
std::uint64_t count_at(std::uint64_t size, unsigned level) {
  const unsigned bits = level * kTileHeight;
  return bits < 64 ? size >> bits : 0;
}

}  // namespace

NodeHash fold_tile(std::span<const NodeHash> hashes) {
  TileHashes row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = hash_node(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

Result<TileEdge> TileEdge::load(std::uint64_t size, const ReadTile& read) {
  TileEdge edge;
  edge.size_ = size;
  for (unsigned level = 0; count_at(size, level) != 0; ++level) {
    edge.rows_.emplace_back();
    const auto width = static_cast<unsigned>(count_at(size, level) % kTileWidth);
    if (width == 0) continue;
    auto hashes = read(level, edge.index(level), width);
    if (!hashes) return fail(std::move(hashes.error()));
    if (hashes->size() != width) return fail(ErrorCode::InvalidRequest, "a tile has another width than its name says");
    edge.rows_.back() = std::move(*hashes);
  }
  return edge;
}

void TileEdge::push(const LeafHash& leaf, const FullTile& full) {
  ++size_;
  NodeHash hash = leaf.value;
  for (unsigned level = 0;; ++level) {
    if (level == rows_.size()) rows_.emplace_back();
    TileHashes& row = rows_[level];
    row.push_back(hash);
    if (row.size() < kTileWidth) return;
    full(level, index(level) - 1, row);
    hash = fold_tile(row);
    row.clear();
  }
}

std::uint64_t TileEdge::index(unsigned level) const { return count_at(size_, level + 1); }

RootHash TileEdge::root() const {
  // From right to left: the complete subtrees of each partial tile, smallest first, and then those of the level above.
  std::optional<NodeHash> root;
  for (const TileHashes& row : rows_) {
    std::span<const NodeHash> left(row);
    while (!left.empty()) {
      const std::size_t smallest = left.size() & (~left.size() + 1);
      const NodeHash subtree = fold_tile(left.last(smallest));
      root = root ? hash_node(subtree, *root) : subtree;
      left = left.first(left.size() - smallest);
    }
  }
  return root ? RootHash{*root} : empty_root();
}

Result<NodeHash> TileEdge::subtree(unsigned level, std::uint64_t index, const ReadTile& read) const {
  const unsigned tile_level = level / kTileHeight;
  const unsigned height = level % kTileHeight;
  const std::uint64_t first = index << height;
  const std::uint64_t tile = first / kTileWidth;
  const std::size_t offset = first % kTileWidth;
  const std::size_t count = std::size_t{1} << height;
  TileHashes stored;
  const bool is_partial = tile_level < levels() && tile == this->index(tile_level);
  if (!is_partial) {
    auto hashes = read(tile_level, tile, kTileWidth);
    if (!hashes) return fail(std::move(hashes.error()));
    stored = std::move(*hashes);
  }
  const TileHashes& row = is_partial ? rows_[tile_level] : stored;
  if (offset + count > row.size())
    return fail(ErrorCode::InvalidRequest, "a subtree that is not complete in this tree");
  return fold_tile(std::span(row).subspan(offset, count));
}

}  // namespace signet::sigstore
