// A log entry with its proof, as bundles and Rekor v2 replies carry it (dev.sigstore.rekor.v1.TransparencyLogEntry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "json/value.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {

struct InclusionProof {
  std::int64_t log_index = 0;  ///< in the tree that the proof is of: a shard, with Rekor v1
  std::int64_t tree_size = 0;
  RootHash root;
  std::vector<NodeHash> hashes;
  std::string checkpoint;  ///< a signed note; empty where the bundle has none
};

struct LogEntry {
  std::int64_t log_index = 0;  ///< Rekor v1: in all shards together
  Bytes log_id;                ///< 32 bytes
  std::string kind;
  std::string version;
  std::int64_t integrated_time = 0;  ///< seconds since 1970, worth nothing without a verified SET; 0: none
  Bytes inclusion_promise;           ///< SET; empty: none
  std::optional<InclusionProof> proof;
  Bytes canonicalized_body;
};

/// Reads proto JSON, refusing unknown members.
///
/// @error InvalidRequest  malformed, negative indices, a tree that does not hold the index, or hashes that are not 32
/// bytes
[[nodiscard]] Result<LogEntry> parse_log_entry(const json::Value& value, std::string where);

/// Proto JSON as bundles carry it: defaults left out, except both indices (index 0 trips clients that want the member).
[[nodiscard]] json::Value encode_log_entry(const LogEntry& entry);

}  // namespace signet::sigstore
