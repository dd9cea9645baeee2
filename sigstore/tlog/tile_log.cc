#include "sigstore/tlog/tile_log.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

#include "common/file.h"
#include "common/unique_fd.h"
#include "sigstore/tlog/tile_edge.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxEntry = 65535;  // the length prefix has two bytes
constexpr unsigned kFileMode = 0600;

std::unexpected<Error> damaged(std::string why) {
  return fail(ErrorCode::InvalidRequest, "the log on disk is damaged: " + std::move(why));
}

Result<UniqueFd> lock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!fd) return fail(ErrorCode::InvalidRequest, path.string() + ": " + errno_text(errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::InvalidRequest, folder.string() + ": another process writes this log",
                "end the other process");
  }
  return fd;
}

Result<Checkpoint> read_checkpoint(std::string_view text, std::string_view origin,
                                   const std::optional<NoteVerifier>& key) {
  if (key) return verify_checkpoint(text, *key, origin);
  auto note = parse_signed_note(text);
  if (!note) return fail(std::move(note.error()));
  return parse_checkpoint_text(note->text);
}

}  // namespace

struct TileLog::State {
  std::filesystem::path folder;
  std::string origin;
  CheckpointSigner sign;
  std::optional<NoteVerifier> key;
  OldPartials partials;
  UniqueFd lock;
  TileFiles files;

  // What the last checkpoint on disk says, and the entries after the last full bundle.
  TileEdge edge;
  std::string bundle;
  std::string checkpoint;
  // A write of the checkpoint failed: nobody knows which one is on disk.
  bool unsure = false;

  [[nodiscard]] TileEdge::ReadTile reader() const {
    return [this](unsigned level, std::uint64_t index, unsigned width) { return files.read_tile(level, index, width); };
  }
  [[nodiscard]] std::filesystem::path checkpoint_path() const { return folder / kCheckpointName; }

  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<std::string> tail_bundle(const TileEdge& stored) const;
  [[nodiscard]] Result<void> write_edge(const TileEdge& grown, std::string_view tail);
  [[nodiscard]] Result<std::string> sign_checkpoint(const TileEdge& grown) const;
  [[nodiscard]] Result<void> publish(const std::string& signed_checkpoint);
  [[nodiscard]] Result<void> settle();
  [[nodiscard]] Result<std::uint64_t> append(const std::vector<Bytes>& entries);
  void remove_partials(const std::vector<std::string>& filled) const;
};

// A new log begins with a checkpoint of size 0: from then on a missing checkpoint is a loss and not a beginning.
Result<void> TileLog::State::start() {
  std::error_code error;
  if (std::filesystem::exists(checkpoint_path(), error)) return load();
  if (std::filesystem::exists(folder / "tile", error)) return damaged("it has tiles and no checkpoint");
  auto first = sign_checkpoint(edge);
  if (!first) return fail(std::move(first.error()));
  if (auto done = publish(*first); !done) return done;
  checkpoint = std::move(*first);
  return {};
}

Result<void> TileLog::State::load() {
  auto text = read_checkpoint_file(folder);
  if (!text) return fail(std::move(text.error()));
  const auto stored = read_checkpoint(*text, origin, key);
  if (!stored) return fail(Error(stored.error()).during("reading " + checkpoint_path().string()));
  if (stored->origin != origin)
    return fail(ErrorCode::NotVerified, "the log in " + folder.string() + " is another one");
  auto read = TileEdge::load(stored->size, reader());
  if (!read) return fail(std::move(read.error()));
  if (read->root() != stored->root) return damaged("its tiles do not lead to the root of its checkpoint");
  auto tail = tail_bundle(*read);
  if (!tail) return fail(std::move(tail.error()));
  edge = std::move(*read);
  bundle = std::move(*tail);
  checkpoint = std::move(*text);
  unsure = false;
  return {};
}

Result<std::string> TileLog::State::tail_bundle(const TileEdge& stored) const {
  const auto width = static_cast<unsigned>(stored.size() % kTileWidth);
  if (width == 0) return std::string();
  auto tail = files.read_bundle(stored.index(0), width);
  if (!tail) return fail(std::move(tail.error()));
  const auto entries = split_bundle(*tail);
  if (!entries) return fail(entries.error());
  if (entries->size() != width) return damaged("its last entry bundle has another width than its name says");
  for (std::size_t i = 0; i < width; ++i) {
    if (hash_leaf((*entries)[i]).value != stored.hashes(0)[i])
      return damaged("its last entry bundle fits not its tile");
  }
  return tail;
}

// Partial tiles of what has changed since the last checkpoint.
Result<void> TileLog::State::write_edge(const TileEdge& grown, std::string_view tail) {
  for (unsigned level = 0; level < grown.levels(); ++level) {
    const TileHashes& hashes = grown.hashes(level);
    const bool known =
        level < edge.levels() && edge.index(level) == grown.index(level) && edge.hashes(level).size() == hashes.size();
    if (hashes.empty() || known) continue;
    if (auto written = files.write_tile(level, grown.index(level), hashes); !written) return written;
  }
  const auto width = static_cast<unsigned>(grown.size() % kTileWidth);
  if (width == 0) return {};
  return files.write_bundle(grown.index(0), width, tail);
}

Result<std::string> TileLog::State::sign_checkpoint(const TileEdge& grown) const {
  Checkpoint head;
  head.origin = origin;
  head.size = grown.size();
  head.root = grown.root();
  const std::string text = encode_checkpoint_text(head);
  auto signed_text = sign(text);
  if (!signed_text) return signed_text;
  const auto note = parse_signed_note(*signed_text);
  if (!note || note->text != text) return fail(ErrorCode::Bug, "the signer of checkpoints has signed something else");
  return signed_text;
}

Result<void> TileLog::State::publish(const std::string& signed_checkpoint) {
  if (auto synced = files.sync(); !synced) return synced;
  auto written = write_file_atomic(checkpoint_path(), signed_checkpoint, kFileMode);
  if (written) return {};
  unsure = true;
  written.error().code = ErrorCode::LogUnavailable;
  return written;
}

Result<void> TileLog::State::settle() {
  if (!unsure) return {};
  if (auto synced = sync_folder(folder); !synced) return fail(ErrorCode::LogUnavailable, synced.error().what);
  return load();
}

Result<std::uint64_t> TileLog::State::append(const std::vector<Bytes>& entries) {
  if (auto known = settle(); !known) return fail(std::move(known.error()));
  const std::uint64_t first = edge.size();
  if (entries.empty()) return first;
  TileEdge grown = edge;
  std::string tail = bundle;
  std::vector<std::string> filled;
  Result<void> written;
  for (const Bytes& entry : entries) {
    append_bundle_entry(tail, entry);
    grown.push(hash_leaf(entry), [&](unsigned level, std::uint64_t index, const TileHashes& hashes) {
      filled.push_back(tile_path(level, index));
      if (written) written = files.write_tile(level, index, hashes);
      if (level != 0) return;
      filled.push_back(entries_path(index));
      if (written) written = files.write_bundle(index, kTileWidth, std::exchange(tail, {}));
    });
    if (!written) return fail(std::move(written.error()));
  }
  if (written = write_edge(grown, tail); !written) return fail(std::move(written.error()));
  auto head = sign_checkpoint(grown);
  if (!head) return fail(std::move(head.error()));
  if (written = publish(*head); !written) return fail(std::move(written.error()));
  edge = std::move(grown);
  bundle = std::move(tail);
  checkpoint = std::move(*head);
  remove_partials(filled);
  return first;
}

void TileLog::State::remove_partials(const std::vector<std::string>& filled) const {
  for (const std::string& path : filled) files.remove_partial(path);
  if (partials == OldPartials::Keep) return;
  for (unsigned level = 0; level < edge.levels(); ++level) {
    const auto width = static_cast<unsigned>(edge.hashes(level).size());
    if (width > 0) files.keep_partial(tile_path(level, edge.index(level)), width);
    if (width > 0 && level == 0) files.keep_partial(entries_path(edge.index(0)), width);
  }
}

TileLog::TileLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
TileLog::TileLog(TileLog&&) noexcept = default;
TileLog& TileLog::operator=(TileLog&&) noexcept = default;
TileLog::~TileLog() = default;

Result<TileLog> TileLog::open(const std::filesystem::path& folder, std::string origin, CheckpointSigner sign,
                              std::optional<NoteVerifier> key, OldPartials partials) {
  if (auto made = make_private_folder(folder); !made) return fail(std::move(made.error()));
  auto locked = lock(folder);
  if (!locked) return fail(std::move(locked.error()));
  std::unique_ptr<State> state(new State{.folder = folder,
                                         .origin = std::move(origin),
                                         .sign = std::move(sign),
                                         .key = std::move(key),
                                         .partials = partials,
                                         .lock = std::move(*locked),
                                         .files = TileFiles(folder),
                                         .edge = {},
                                         .bundle = {},
                                         .checkpoint = {}});
  if (auto started = state->start(); !started) return fail(std::move(started.error()));
  return TileLog(std::move(state));
}

Result<std::uint64_t> TileLog::append(const std::vector<Bytes>& entries) {
  for (const Bytes& entry : entries) {
    if (entry.size() > kMaxEntry) return fail(ErrorCode::LimitExceeded, "a log entry of more than 65,535 bytes");
  }
  return state_->append(entries);
}

Result<void> TileLog::settle() { return state_->settle(); }

std::uint64_t TileLog::size() const { return state_->edge.size(); }
const std::string& TileLog::origin() const { return state_->origin; }
RootHash TileLog::root() const { return state_->edge.root(); }
const std::string& TileLog::checkpoint() const { return state_->checkpoint; }

Result<std::vector<NodeHash>> TileLog::inclusion_proof(std::uint64_t index) const {
  const TileEdge& edge = state_->edge;
  const auto read = state_->reader();
  const auto subtree = [&](unsigned level, std::uint64_t at) { return edge.subtree(level, at, read); };
  auto proof = prove_inclusion(index, edge.size(), subtree);
  if (!proof) return proof;
  const auto leaf = subtree(0, index);
  if (!leaf) return fail(leaf.error());
  if (!verify_inclusion(index, edge.size(), LeafHash{*leaf}, *proof, edge.root())) {
    return damaged("its tiles do not lead to its root");
  }
  return proof;
}

Result<std::vector<NodeHash>> TileLog::consistency_proof(std::uint64_t old_size) const {
  const TileEdge& edge = state_->edge;
  const auto read = state_->reader();
  const auto subtree = [&](unsigned level, std::uint64_t at) { return edge.subtree(level, at, read); };
  auto proof = prove_consistency(old_size, edge.size(), subtree);
  if (!proof) return proof;
  const auto old_root = root_from_subtrees(old_size, subtree);
  if (!old_root) return fail(old_root.error());
  if (!verify_consistency(old_size, edge.size(), *old_root, edge.root(), *proof)) {
    return damaged("its tiles do not lead to its root");
  }
  return proof;
}

Result<Bytes> TileLog::entry(std::uint64_t index) const {
  const TileEdge& edge = state_->edge;
  if (index >= edge.size()) return fail(ErrorCode::InvalidRequest, "a log entry beyond the end was asked for");
  const std::uint64_t bundle_index = index / kTileWidth;
  std::string stored;
  if (bundle_index != edge.index(0)) {
    auto read = state_->files.read_bundle(bundle_index, kTileWidth);
    if (!read) return fail(std::move(read.error()));
    stored = std::move(*read);
  }
  const auto entries = split_bundle(bundle_index == edge.index(0) ? state_->bundle : stored);
  if (!entries) return fail(entries.error());
  const auto leaf = edge.subtree(0, index, state_->reader());
  if (!leaf) return fail(leaf.error());
  const std::size_t at = index % kTileWidth;
  if (at >= entries->size() || hash_leaf((*entries)[at]).value != *leaf) {
    return damaged("entry " + std::to_string(index) + " fits not its tile");
  }
  return to_bytes((*entries)[at]);
}

}  // namespace signet::sigstore
