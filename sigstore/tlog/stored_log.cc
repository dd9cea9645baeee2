#include "sigstore/tlog/stored_log.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "common/hex.h"
#include "sigstore/tlog/tile_edge.h"
#include "sigstore/tlog/tile_files.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::sigstore {
namespace {

// A writer that is busy publishes some ten checkpoints a second; between two of them the edge is read many times.
constexpr int kTries = 100;

std::string hash_text(const NodeHash& hash) { return "hash " + encode_hex(hash); }
std::string count_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " entry" : " entries"); }

// What belongs to one checkpoint and goes with the next one: the partial tiles, and the last entries.
struct Edge {
  Result<std::string> text;
  Result<Checkpoint> checkpoint;
  std::vector<Result<TileHashes>> tiles{};  // by level; empty where the level's last tile is full
  Result<std::string> bundle;

  [[nodiscard]] bool whole() const {
    const auto there = [](const auto& part) { return part.has_value(); };
    return text && checkpoint && bundle && std::ranges::all_of(tiles, there);
  }
};

Result<Checkpoint> parse_signed_checkpoint(std::string_view text) {
  auto note = parse_signed_note(text);
  if (!note) return fail(std::move(note.error()));
  return parse_checkpoint_text(note->text);
}

class Check {
 public:
  Check(const std::filesystem::path& folder, const NoteVerifier& key, const std::optional<Checkpoint>& kept,
        const SeeEntry& see)
      : folder_(folder), files_(folder), key_(key), kept_(kept), see_(see) {}

  StoredLog run() {
    read_edge();
    if (check_head()) {
      for (std::uint64_t tile = 0; tile < size() / kTileWidth && !result_.stopped_early; ++tile) check_tile(tile);
      if (!result_.stopped_early) check_last_tile();
      if (!result_.stopped_early) check_root();
      collect_beyond();
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::uint64_t size() const { return result_.checkpoint.size; }

  void find(LogFinding finding) {
    if (result_.findings.size() == kMaxFindings) {
      result_.stopped_early = true;
      return;
    }
    result_.findings.push_back(std::move(finding));
  }

  [[nodiscard]] Edge read_edge_once() const;
  void read_edge();
  bool check_head();
  void check_kept_head();
  void check_tile(std::uint64_t tile);
  void check_last_tile();
  void check_root();
  void collect_beyond();

  // The entries and hashes of one level-0 tile, as far as they could be read.
  struct Row {
    std::uint64_t first = 0;
    unsigned width = 0;
    std::string tile_file;
    std::string bundle_file;
    Result<std::string> bundle;
    Result<TileHashes> stored;
    std::vector<ByteView> entries{};
    TileHashes computed{};
  };
  Row read_row(std::uint64_t tile, unsigned width, Result<std::string> bundle, Result<TileHashes> stored);
  [[nodiscard]] const TileHashes* vouched(const Row& row) const;
  [[nodiscard]] std::optional<NodeHash> parent_of(std::uint64_t tile) const;
  void compare(const Row& row, const TileHashes& right);
  void compare_entries(const Row& row, const TileHashes& right);
  void tell(const Row& row, const TileHashes& right) const;
  void push(const TileHashes& right);
  void compare_upper(unsigned level, std::uint64_t index, const Result<TileHashes>& stored, const TileHashes& right);

  const std::filesystem::path& folder_;
  TileFiles files_;
  const NoteVerifier& key_;
  const std::optional<Checkpoint>& kept_;
  const SeeEntry& see_;

  Edge edge_{.text = {}, .checkpoint = {}, .bundle = {}};
  TileEdge tree_;
  bool tree_is_known_ = true;
  std::optional<RootHash> root_at_kept_;
  StoredLog result_;
};

Edge Check::read_edge_once() const {
  Edge edge{.text = read_checkpoint_file(folder_), .checkpoint = {}, .bundle = {}};
  if (!edge.text) return edge;
  edge.checkpoint = parse_signed_checkpoint(*edge.text);
  if (!edge.checkpoint) return edge;
  std::uint64_t count = edge.checkpoint->size;
  if (const auto width = static_cast<unsigned>(count % kTileWidth); width != 0) {
    edge.bundle = files_.read_bundle(count / kTileWidth, width);
  }
  for (unsigned level = 0; count != 0; ++level, count /= kTileWidth) {
    const auto width = static_cast<unsigned>(count % kTileWidth);
    edge.tiles.push_back(width == 0 ? TileHashes() : files_.read_tile(level, count / kTileWidth, width));
  }
  return edge;
}

// A file that is missing because its checkpoint was replaced meanwhile is no finding.
void Check::read_edge() {
  for (int i = 0; i < kTries; ++i) {
    edge_ = read_edge_once();
    if (edge_.whole() || read_checkpoint_file(folder_) == edge_.text) return;
  }
}

// False where nothing more can be said.
bool Check::check_head() {
  if (!edge_.text) {
    find({.file = "checkpoint", .what = "the checkpoint cannot be read", .expected = "a signed checkpoint"});
    result_.findings.back().found = edge_.text.error().what;
    return false;
  }
  result_.signed_checkpoint = *edge_.text;
  if (!edge_.checkpoint) {
    find({.file = "checkpoint", .what = "the checkpoint is none", .expected = "a signed checkpoint"});
    result_.findings.back().found = edge_.checkpoint.error().what;
    return false;
  }
  result_.checkpoint = *edge_.checkpoint;
  if (const auto verified = verify_checkpoint(*edge_.text, key_, key_.name); !verified) {
    find({.file = "checkpoint", .what = "the checkpoint does not verify", .expected = "a signature of " + key_.name});
    result_.findings.back().found = verified.error().what;
  }
  check_kept_head();
  return true;
}

void Check::check_kept_head() {
  if (!kept_ || kept_->size <= size()) return;
  find({.file = "checkpoint",
        .index = size(),
        .what = "the log is older or shorter than the kept checkpoint",
        .expected = "at least " + count_text(kept_->size),
        .found = count_text(size())});
}

Check::Row Check::read_row(std::uint64_t tile, unsigned width, Result<std::string> bundle, Result<TileHashes> stored) {
  Row row{.first = tile * kTileWidth,
          .width = width,
          .tile_file = tile_path(0, tile, width),
          .bundle_file = entries_path(tile, width),
          .bundle = std::move(bundle),
          .stored = std::move(stored)};
  if (row.bundle) {
    row.entries = whole_entries(*row.bundle).entries;
    for (const ByteView entry : row.entries) row.computed.push_back(hash_leaf(entry).value);
    if (row.computed.size() > width) row.computed.resize(width);
  }
  return row;
}

std::optional<NodeHash> Check::parent_of(std::uint64_t tile) const {
  const std::uint64_t parent = tile / kTileWidth;
  const bool full = parent < size() / kTileWidth / kTileWidth;
  const auto hashes = full ? files_.read_tile(1, parent, kTileWidth)
                           : (edge_.tiles.size() > 1 ? edge_.tiles[1] : Result<TileHashes>(TileHashes()));
  if (!hashes || tile % kTileWidth >= hashes->size()) return std::nullopt;
  return (*hashes)[tile % kTileWidth];
}

// The hashes that the rest of the tree stands for: those of the tile, or those of the entries. Where nothing decides,
// the tile's: it is one file for many entries. Null where neither is whole.
const TileHashes* Check::vouched(const Row& row) const {
  const bool computed_whole = row.computed.size() == row.width;
  if (!row.stored) return computed_whole ? &row.computed : nullptr;
  if (!computed_whole || row.computed == *row.stored) return &*row.stored;
  const auto leads = [&](const TileHashes& hashes) {
    if (row.width == kTileWidth) return parent_of(row.first / kTileWidth) == fold_tile(hashes);
    TileEdge tree = tree_;
    for (const NodeHash& hash : hashes) tree.push(LeafHash{hash}, [](unsigned, std::uint64_t, const TileHashes&) {});
    return tree.root() == result_.checkpoint.root;
  };
  return !leads(*row.stored) && leads(row.computed) ? &row.computed : &*row.stored;
}

void Check::check_tile(std::uint64_t tile) {
  const Row row =
      read_row(tile, kTileWidth, files_.read_bundle(tile, kTileWidth), files_.read_tile(0, tile, kTileWidth));
  const TileHashes* right = vouched(row);
  compare(row, right == nullptr ? TileHashes() : *right);
}

void Check::check_last_tile() {
  const auto width = static_cast<unsigned>(size() % kTileWidth);
  if (width != 0) {
    const Row row = read_row(size() / kTileWidth, width, edge_.bundle, edge_.tiles.front());
    const TileHashes* right = vouched(row);
    compare(row, right == nullptr ? TileHashes() : *right);
  }
  for (unsigned level = 1; level < edge_.tiles.size() && tree_is_known_; ++level) {
    compare_upper(level, tree_.index(level), edge_.tiles[level], tree_.hashes(level));
  }
}

// `right` is empty where nothing is known of this tile: then nothing is known of the tree, either.
void Check::compare(const Row& row, const TileHashes& right) {
  if (!row.stored) {
    find({.file = row.tile_file,
          .index = row.first,
          .what = "the tile cannot be read",
          .expected = std::to_string(row.width) + " hashes",
          .found = row.stored.error().what});
  }
  if (!row.bundle) {
    find({.file = row.bundle_file,
          .index = row.first,
          .what = "the entries cannot be read",
          .expected = count_text(row.width),
          .found = row.bundle.error().what});
  }
  if (right.empty()) {
    tree_is_known_ = false;
    return;
  }
  for (std::size_t i = 0; row.stored && i < right.size(); ++i) {
    if ((*row.stored)[i] == right[i]) continue;
    find({.file = row.tile_file,
          .index = row.first + i,
          .what = "the hash in the tile was changed",
          .expected = hash_text(right[i]),
          .found = hash_text((*row.stored)[i])});
  }
  if (row.bundle) compare_entries(row, right);
  tell(row, right);
  push(right);
}

void Check::compare_entries(const Row& row, const TileHashes& right) {
  for (std::size_t i = 0; i < row.computed.size(); ++i) {
    if (row.computed[i] == right[i]) continue;
    const auto place = std::ranges::find(right, row.computed[i]);
    find({.file = row.bundle_file,
          .index = row.first + i,
          .what = place == right.end() ? "the entry was changed" : "another entry stands in its place",
          .expected = hash_text(right[i]),
          .found = hash_text(row.computed[i])});
    if (place == right.end()) continue;
    const auto own = row.first + static_cast<std::uint64_t>(place - right.begin());
    result_.findings.back().found = "entry " + std::to_string(own);
  }
  const std::size_t used = whole_entries(*row.bundle).bytes;
  if (row.entries.size() == row.width && used == row.bundle->size()) return;
  find({.file = row.bundle_file,
        .index = row.first + std::min<std::uint64_t>(row.entries.size(), row.width),
        .what = row.entries.size() < row.width ? "the entries are cut off" : "something stands behind the entries",
        .expected = count_text(row.width),
        .found = count_text(row.entries.size()) + " and " + std::to_string(row.bundle->size() - used) + " bytes"});
}

void Check::tell(const Row& row, const TileHashes& right) const {
  if (!see_) return;
  for (std::size_t i = 0; i < row.computed.size(); ++i) {
    see_(row.first + i, row.entries[i], row.computed[i] == right[i]);
  }
}

void Check::push(const TileHashes& right) {
  if (!tree_is_known_) return;
  for (const NodeHash& hash : right) {
    tree_.push(LeafHash{hash}, [this](unsigned level, std::uint64_t index, const TileHashes& hashes) {
      if (level > 0) compare_upper(level, index, files_.read_tile(level, index, kTileWidth), hashes);
    });
    if (kept_ && kept_->size == tree_.size()) root_at_kept_ = tree_.root();
  }
}

void Check::compare_upper(unsigned level, std::uint64_t index, const Result<TileHashes>& stored,
                          const TileHashes& right) {
  const std::string file = tile_path(level, index, static_cast<unsigned>(right.size()));
  if (right.empty()) return;
  if (!stored) {
    find({.file = file,
          .what = "the tile cannot be read",
          .expected = std::to_string(right.size()) + " hashes",
          .found = stored.error().what});
    return;
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    if ((*stored)[i] == right[i]) continue;
    find({.file = file,
          .what = "hash " + std::to_string(i) + " of the tile was changed",
          .expected = hash_text(right[i]),
          .found = hash_text((*stored)[i])});
  }
}

void Check::check_root() {
  if (!tree_is_known_) return;
  if (tree_.root() != result_.checkpoint.root) {
    find({.file = "checkpoint",
          .what = "the tiles do not lead to the checkpoint's root",
          .expected = hash_text(result_.checkpoint.root.value),
          .found = hash_text(tree_.root().value)});
  }
  if (!kept_ || kept_->size > size()) return;
  if (kept_->size == 0) root_at_kept_ = empty_root();
  if (root_at_kept_ == kept_->root) return;
  find({.file = "checkpoint",
        .what = "the log did not grow from the kept checkpoint: one of the first " + count_text(kept_->size) +
                " was changed and the rest signed anew",
        .expected = hash_text(kept_->root.value),
        .found = root_at_kept_ ? hash_text(root_at_kept_->value) : "no such tree"});
}

void Check::collect_beyond() {
  const std::uint64_t tile = size() / kTileWidth;
  std::uint64_t width = size() % kTileWidth;
  std::error_code error;
  const auto partial = folder_ / (entries_path(tile) + ".p");
  for (const auto& entry : std::filesystem::directory_iterator(partial, error)) {
    const std::string name = entry.path().filename().string();
    unsigned found = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), found);
    if (end.ec == std::errc() && end.ptr == name.data() + name.size() && found < kTileWidth) {
      width = std::max<std::uint64_t>(width, found);
    }
  }
  if (std::filesystem::exists(folder_ / entries_path(tile), error)) width = kTileWidth;
  if (width == size() % kTileWidth) return;
  const auto bundle = files_.read_bundle(tile, static_cast<unsigned>(width));
  if (!bundle) return;
  const auto entries = whole_entries(*bundle).entries;
  for (std::size_t i = size() % kTileWidth; i < std::min<std::size_t>(entries.size(), kTileWidth); ++i) {
    result_.beyond.push_back(to_bytes(entries[i]));
  }
}

}  // namespace

StoredLog check_stored_log(const std::filesystem::path& folder, const NoteVerifier& key,
                           const std::optional<Checkpoint>& kept, const SeeEntry& see) {
  return Check(folder, key, kept, see).run();
}

}  // namespace signet::sigstore
