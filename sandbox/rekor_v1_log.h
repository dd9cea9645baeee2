// The sandbox's Rekor v1 log: entries of several kinds in a tile log, each with the log's promise (SET) and its time.
// Usable without HTTP.
//
//   auto entry = sandbox.rekor_v1_log().append(to_bytes(encode_hashedrekord_v1(record)));   no check at all
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "sandbox/offer.h"
#include "sandbox/software_key.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::sandbox {

/// Not thread-safe.
class RekorV1Log {
 public:
  /// Entries of earlier shards, which nobody can read any more: what the index of an entry in all shards is ahead of
  /// the one in its shard, so that whoever mixes the two up is found out.
  static constexpr std::int64_t kEarlierEntries = 4096;

  /// Opens the log, or makes one with a throw-away entry in it, as RekorLog does. The folder holds the tile log and
  /// `times`, the seconds at which its entries came (8 bytes each, big-endian), written before the entry.
  ///
  /// @param name   its host: checkpoints have the origin "<name> - <tree id>"
  /// @param clock  must outlive it
  /// @error InvalidRequest  the folder cannot be used or its log is damaged
  /// @error NotVerified     its checkpoint is by another key
  [[nodiscard]] static Result<RekorV1Log> open(const std::filesystem::path& folder, const SoftwareKey& key,
                                               const std::string& name, const Clock& clock);

  /// Appends a body as it is, unchecked and even if it is there already, at this time.
  ///
  /// @error LimitExceeded, LogUnavailable  as TileLog::append(), or `times` cannot be written
  [[nodiscard]] Result<sigstore::LogEntry> append(const Bytes& body);

  /// The index in the shard of the first entry with that leaf hash.
  [[nodiscard]] std::optional<std::uint64_t> find(const sigstore::LeafHash& leaf) const;
  /// An entry, with its proof in the tree of the last checkpoint.
  ///
  /// @param index  in the shard
  /// @error InvalidRequest  there is none
  [[nodiscard]] Result<sigstore::LogEntry> entry(std::uint64_t index) const;

  /// 16 hex digits of the tree id and 64 of the leaf hash.
  [[nodiscard]] std::string uuid_of(ByteView body) const;
  [[nodiscard]] std::string tree_id() const;  ///< decimal
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  [[nodiscard]] const sigstore::TileLog& tiles() const { return log_; }

  /// Signs the promise of an entry anew: for entries in which one thing is changed.
  [[nodiscard]] Bytes promise(const sigstore::LogEntry& entry) const;

 private:
  RekorV1Log(std::string name, SoftwareKey key, sigstore::TileLog log, UniqueFd times, const Clock& clock)
      : name_(std::move(name)), key_(std::move(key)), log_(std::move(log)), times_(std::move(times)), clock_(&clock) {}
  [[nodiscard]] Result<void> remember_all();
  [[nodiscard]] Result<sigstore::LogEntry> complete(std::uint64_t index, Bytes body) const;
  [[nodiscard]] Result<std::int64_t> time_of(std::uint64_t index) const;

  std::string name_;
  SoftwareKey key_;
  sigstore::TileLog log_;
  UniqueFd times_;
  const Clock* clock_;
  std::map<Sha256Hash, std::uint64_t> indices_;  // by leaf hash
};

}  // namespace signet::sandbox
