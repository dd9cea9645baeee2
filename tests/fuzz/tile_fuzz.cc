// What a tiled log serves: the first bytes say an index, a size and a width, the rest is a tile or an entry bundle. A
// proof from anybody's tiles ends, and fits the root that the same tiles lead to.
#include <cstdint>
#include <cstdlib>

#include "sigstore/services/tile_proof.h"
#include "sigstore/tlog/tile_files.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

// A leaf of a tree whose tiles all hold what the input says, as far as a tree of `size` leaves needs them.
void prove(std::uint64_t index, std::uint64_t size, const TileHashes& hashes) {
  Tiles tiles;
  for (const TileName& name : tiles_of_proof(index, size)) {
    if (name.width > kTileWidth || name.width == 0) std::abort();
    tiles[name] = TileHashes(hashes.begin(), hashes.begin() + name.width);
  }
  const auto proof = prove_from_tiles(index, size, tiles);
  if (!proof || proof->size() > 63) std::abort();
  if (!tiles.empty() && size > 1) {
    tiles.erase(tiles.begin());
    if (prove_from_tiles(index, size, tiles)) std::abort();
  }
}

void read_bundle(std::string_view bytes) {
  const BundleEntries whole = whole_entries(bytes);
  std::string written;
  for (const ByteView entry : whole.entries) append_bundle_entry(written, entry);
  if (written != bytes.substr(0, whole.bytes)) std::abort();
  if (split_bundle(bytes).has_value() != (whole.bytes == bytes.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Trees of up to three levels of tiles: a fourth shows nothing else and costs time.
  constexpr std::size_t kHead = 7;
  if (size < kHead) return 0;
  const auto number = [&](std::size_t at) {
    return std::uint64_t{data[at]} << 16U | std::uint64_t{data[at + 1]} << 8U | data[at + 2];
  };
  const std::uint64_t leaves = number(0);
  const std::uint64_t index = leaves == 0 ? 0 : number(3) % leaves;
  const unsigned width = data[6] + 1U;
  const ByteView rest(data + kHead, size - kHead);
  read_bundle(text_of(rest));
  const auto tile = parse_tile(rest, width);
  if (tile && tile->size() != width) std::abort();
  if (tile && width == kTileWidth && leaves != 0) prove(index, leaves, *tile);
  return 0;
}
