#include "sigstore/services/tile_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace signet::sigstore {
namespace {

/// Every tile of a tree of `size` leaves, full and partial, as a log serves them.
Tiles all_tiles(std::uint64_t size) {
  Tiles tiles;
  TileEdge edge;
  const auto keep = [&](unsigned level, std::uint64_t index, const TileHashes& hashes) {
    tiles.emplace(TileName{.level = level, .index = index}, hashes);
  };
  for (std::uint64_t i = 0; i < size; ++i) edge.push(hash_leaf(bytes_of(std::to_string(i))), keep);
  for (unsigned level = 0; level < edge.levels(); ++level) {
    const TileHashes& hashes = edge.hashes(level);
    if (hashes.empty()) continue;
    tiles.emplace(TileName{.level = level, .index = edge.index(level), .width = static_cast<unsigned>(hashes.size())},
                  hashes);
  }
  return tiles;
}

RootHash root_of(std::uint64_t size) {
  TileEdge edge;
  for (std::uint64_t i = 0; i < size; ++i) edge.push(hash_leaf(bytes_of(std::to_string(i))), [](auto&&...) {});
  return edge.root();
}

TEST(TileProof, LeadsToTheRootFromTheTilesThatItNames) {
  for (const std::uint64_t size : {1U, 2U, 3U, 255U, 256U, 257U, 300U, 512U, 70'000U}) {
    const Tiles all = all_tiles(size);
    const RootHash root = root_of(size);
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
      Tiles wanted;
      for (const TileName& name : tiles_of_proof(index, size)) {
        ASSERT_TRUE(all.contains(name)) << size << ": a tile that no log serves";
        wanted.insert(*all.find(name));
      }
      const auto proof = prove_from_tiles(index, size, wanted);
      ASSERT_TRUE(proof.has_value()) << proof.error().sentence();
      const auto checked = verify_inclusion(index, size, hash_leaf(bytes_of(std::to_string(index))), *proof, root);
      EXPECT_TRUE(checked.has_value()) << index << " of " << size << ": " << checked.error().sentence();
    }
  }
}

TEST(TileProof, TakesFewTilesEvenOfTheLargestTree) {
  constexpr std::uint64_t kLargest = (std::uint64_t{1} << 63U) - 1;
  EXPECT_LE(tiles_of_proof(kLargest / 3, kLargest).size(), 16U);
}

TEST(TileProof, RefusesAnIndexBeyondTheTree) {
  EXPECT_EQ(prove_from_tiles(3, 3, all_tiles(3)).error().code, ErrorCode::InvalidRequest);
  EXPECT_FALSE(prove_from_tiles(0, 0, {}).has_value());
}

TEST(TileProof, MissesATile) {
  for (const TileName& gone : tiles_of_proof(5, 300)) {
    Tiles tiles = all_tiles(300);
    tiles.erase(gone);
    const auto proof = prove_from_tiles(5, 300, tiles);
    ASSERT_FALSE(proof.has_value());
    EXPECT_EQ(proof.error().what, "a tile is missing or has another width than its name says");
  }
}

TEST(TileProof, ReadsTilesOfWholeHashesAndCutsTheFullOne) {
  Bytes bytes(std::size_t{256} * 32);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 32);
  const auto full = parse_tile(bytes, 256);
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->size(), 256U);
  const auto cut = parse_tile(bytes, 3);
  ASSERT_TRUE(cut.has_value());
  ASSERT_EQ(cut->size(), 3U);
  EXPECT_EQ(cut->at(2).front(), 2);
}

TEST(TileProof, RefusesATileThatIsTooShortTooLongOrCutOff) {
  const Bytes bytes(std::size_t{257} * 32);
  const ByteView view(bytes);
  EXPECT_TRUE(parse_tile(view.first(96), 3).has_value());
  EXPECT_FALSE(parse_tile(view.first(64), 3).has_value());
  EXPECT_FALSE(parse_tile(view.first(95), 2).has_value());
  EXPECT_FALSE(parse_tile(view, 256).has_value());
  EXPECT_EQ(parse_tile({}, 1).error().what, "not a tile of 1 hashes");
}

}  // namespace
}  // namespace signet::sigstore
