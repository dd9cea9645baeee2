#include "sigstore/tlog/tile_files.h"

#include <algorithm>
#include <system_error>

#include "common/file.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kHashSize = sizeof(NodeHash);
constexpr std::size_t kMaxBundle = kTileWidth * (2 + 65535);
constexpr std::size_t kMaxCheckpoint = std::size_t{1024} * 1024;
constexpr unsigned kFileMode = 0600;

// Groups of three digits, all but the last with an x before them: 1234067 is x001/x234/067.
std::string grouped(std::uint64_t index) {
  std::string path;
  std::uint64_t rest = index;
  do {
    std::string group = std::to_string(rest % 1000);
    group.insert(0, 3 - group.size(), '0');
    path = path.empty() ? group : "x" + group + "/" + path;
    rest /= 1000;
  } while (rest != 0);
  return path;
}

std::string with_width(std::string path, unsigned width) {
  return width == kTileWidth ? path : path + ".p/" + std::to_string(width);
}

Error unavailable(Error error) {
  error.code = ErrorCode::LogUnavailable;
  return error;
}

}  // namespace

std::string tile_path(unsigned level, std::uint64_t index, unsigned width) {
  return with_width("tile/" + std::to_string(level) + "/" + grouped(index), width);
}

std::string entries_path(std::uint64_t index, unsigned width) {
  return with_width("tile/entries/" + grouped(index), width);
}

void append_bundle_entry(std::string& bundle, ByteView entry) {
  bundle += static_cast<char>(entry.size() >> 8U);
  bundle += static_cast<char>(entry.size() & 0xffU);
  bundle += text_of(entry);
}

BundleEntries whole_entries(std::string_view bundle) {
  BundleEntries whole;
  ByteView rest = bytes_of(bundle);
  while (rest.size() >= 2) {
    const auto length = static_cast<std::size_t>(rest[0] << 8U | rest[1]);
    if (rest.size() - 2 < length) break;
    whole.entries.push_back(rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  whole.bytes = bundle.size() - rest.size();
  return whole;
}

Result<std::vector<ByteView>> split_bundle(std::string_view bundle) {
  BundleEntries whole = whole_entries(bundle);
  if (whole.bytes == bundle.size()) return std::move(whole.entries);
  return fail(ErrorCode::InvalidRequest, "an entry bundle whose end is cut off");
}

Result<std::string> read_checkpoint_file(const std::filesystem::path& folder) {
  return read_file(folder / kCheckpointName, kMaxCheckpoint);
}

Result<TileHashes> TileFiles::read_tile(unsigned level, std::uint64_t index, unsigned width) const {
  const std::filesystem::path path = folder_ / tile_path(level, index, width);
  const auto content = read_file(path, kTileWidth * kHashSize);
  if (!content) return fail(content.error());
  if (content->size() != width * kHashSize) {
    return fail(ErrorCode::InvalidRequest, path.string() + ": not " + std::to_string(width) + " hashes");
  }
  TileHashes hashes(width);
  const ByteView bytes = bytes_of(*content);
  for (std::size_t i = 0; i < width; ++i) std::ranges::copy(bytes.subspan(i * kHashSize, kHashSize), hashes[i].begin());
  return hashes;
}

Result<std::string> TileFiles::read_bundle(std::uint64_t index, unsigned width) const {
  return read_file(folder_ / entries_path(index, width), kMaxBundle);
}

Result<void> TileFiles::write_tile(unsigned level, std::uint64_t index, const TileHashes& hashes) {
  std::string content;
  for (const NodeHash& hash : hashes) content += text_of(hash);
  return write(tile_path(level, index, static_cast<unsigned>(hashes.size())), content);
}

Result<void> TileFiles::write_bundle(std::uint64_t index, unsigned width, std::string_view content) {
  return write(entries_path(index, width), content);
}

Result<void> TileFiles::write(const std::string& path, std::string_view content) {
  const std::filesystem::path file = folder_ / path;
  std::error_code error;
  for (auto folder = std::filesystem::path(path).parent_path();; folder = folder.parent_path()) {
    changed_.insert(folder_ / folder);
    // A new folder is a change in the one that holds it.
    if (folder.empty() || std::filesystem::exists(folder_ / folder, error)) break;
  }
  std::filesystem::create_directories(file.parent_path(), error);
  if (auto written = write_file_in_batch(file, content, kFileMode); !written) {
    return fail(unavailable(std::move(written.error())));
  }
  return {};
}

Result<void> TileFiles::sync() {
  for (const std::filesystem::path& folder : changed_) {
    if (auto synced = sync_folder(folder); !synced) return fail(unavailable(std::move(synced.error())));
  }
  changed_.clear();
  return {};
}

void TileFiles::remove_partial(std::string_view full_path) const {
  std::error_code error;
  std::filesystem::remove_all(folder_ / (std::string(full_path) + ".p"), error);
}

void TileFiles::keep_partial(std::string_view full_path, unsigned width) const {
  std::error_code error;
  const std::string current = std::to_string(width);
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / (std::string(full_path) + ".p"), error)) {
    if (entry.path().filename() != current) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace signet::sigstore
