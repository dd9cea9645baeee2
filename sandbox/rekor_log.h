// The sandbox's Rekor v2 log: hashedrekord entries in a tile log with signed checkpoints. Usable without HTTP.
//
//   auto entry = sandbox.rekor_log().append(to_bytes(encode_hashedrekord_v2(record)));   no check at all: for mutants
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sandbox/offer.h"
#include "sandbox/software_key.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::sandbox {

/// Checks an upload as Rekor does: the key's own algorithm, a digest of its length, and the signature over it.
///
/// @return the verifier's key
/// @error InvalidRequest  any of them fails
[[nodiscard]] Result<sigstore::PublicKey> check_record(const sigstore::HashedRekord& record);

/// Not thread-safe.
class RekorLog {
 public:
  /// Opens the log, or makes one with a throw-away entry in it: index 0 trips some clients. Its entries are read once,
  /// so that a body that was stored before a restart is known after it.
  ///
  /// @param name  its origin
  /// @error InvalidRequest  the folder cannot be used or its log is damaged
  /// @error NotVerified     its checkpoint is by another key
  [[nodiscard]] static Result<RekorLog> open(const std::filesystem::path& folder, const SoftwareKey& key,
                                             const std::string& name = log_name(0));

  /// Appends bodies as they are, unchecked and even if they are there already, with one checkpoint for all.
  ///
  /// @error LimitExceeded, LogUnavailable  as TileLog::append()
  [[nodiscard]] Result<std::vector<sigstore::LogEntry>> append(const std::vector<Bytes>& bodies);
  [[nodiscard]] Result<sigstore::LogEntry> append(const Bytes& body);

  /// The index of the first entry with this body.
  [[nodiscard]] std::optional<std::uint64_t> find(ByteView body) const;
  /// An entry with its proof in the tree of the last checkpoint.
  [[nodiscard]] Result<sigstore::LogEntry> entry(std::uint64_t index) const;

  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  [[nodiscard]] const std::string& name() const { return log_.origin(); }
  [[nodiscard]] std::uint64_t size() const { return log_.size(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  RekorLog(std::filesystem::path folder, SoftwareKey key, sigstore::TileLog log)
      : folder_(std::move(folder)), key_(std::move(key)), log_(std::move(log)) {}
  [[nodiscard]] Result<void> remember_all();
  [[nodiscard]] Result<sigstore::LogEntry> with_proof(std::uint64_t index, Bytes body) const;

  std::filesystem::path folder_;
  SoftwareKey key_;
  sigstore::TileLog log_;
  std::map<Sha256Hash, std::uint64_t> indices_;  // by SHA-256 of the body
};

}  // namespace signet::sandbox
