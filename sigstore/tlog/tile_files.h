// The files of a tiled log on disk: where each stands, and how a batch of them becomes durable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "sigstore/tlog/tile_edge.h"

namespace signet::sigstore {

/// The name of the signed checkpoint in a log's folder.
inline constexpr std::string_view kCheckpointName = "checkpoint";

/// "tile/0/x001/234" or, with width 1..255, "tile/0/x001/234.p/17" (C2SP tlog-tiles).
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t index, unsigned width = kTileWidth);
/// The signed checkpoint of the log in `folder`, as it stands there.
/// @error InvalidRequest, LimitExceeded  as read_file()
[[nodiscard]] Result<std::string> read_checkpoint_file(const std::filesystem::path& folder);
/// "tile/entries/x001/234" and so on.
[[nodiscard]] std::string entries_path(std::uint64_t index, unsigned width = kTileWidth);

/// One entry as it stands in a bundle: length in two bytes, big-endian, and the entry. At most 65,535 bytes.
void append_bundle_entry(std::string& bundle, ByteView entry);
/// The entries of a bundle up to where it is cut off, as views into it, and the bytes that they take.
struct BundleEntries {
  std::vector<ByteView> entries;
  std::size_t bytes = 0;
};
[[nodiscard]] BundleEntries whole_entries(std::string_view bundle);
/// The entries of a bundle, as views into it.
/// @error InvalidRequest  its end is cut off
[[nodiscard]] Result<std::vector<ByteView>> split_bundle(std::string_view bundle);

/// Which partial forms of a tile stay beside the one of the last checkpoint.
enum class OldPartials : std::uint8_t {
  Keep,    ///< those of each checkpoint, until the tile is full: for readers who fetch one file after the other
  Remove,  ///< none: for a log that is read on its own disk
};

class TileFiles {
 public:
  explicit TileFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// @error InvalidRequest  it cannot be read, or is not `width` hashes long
  [[nodiscard]] Result<TileHashes> read_tile(unsigned level, std::uint64_t index, unsigned width) const;
  [[nodiscard]] Result<std::string> read_bundle(std::uint64_t index, unsigned width) const;

  /// Writes a file whole (temporary file, fsync, rename). Its name is durable after sync().
  /// @error LogUnavailable  any step failed
  [[nodiscard]] Result<void> write_tile(unsigned level, std::uint64_t index, const TileHashes& hashes);
  [[nodiscard]] Result<void> write_bundle(std::uint64_t index, unsigned width, std::string_view content);
  /// Syncs every folder in which something changed since the last sync().
  [[nodiscard]] Result<void> sync();

  /// Removes the partial forms of a tile that is full and covered by a durable checkpoint. A file that stays harms
  /// nobody.
  void remove_partial(std::string_view full_path) const;
  /// Removes the partial forms of a tile except that of `width`.
  void keep_partial(std::string_view full_path, unsigned width) const;

 private:
  [[nodiscard]] Result<void> write(const std::string& path, std::string_view content);

  std::filesystem::path folder_;
  std::set<std::filesystem::path> changed_;
};

}  // namespace signet::sigstore
