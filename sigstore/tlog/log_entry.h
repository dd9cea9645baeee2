// A log entry with its proof, as bundles and Rekor v2 replies carry it (dev.sigstore.rekor.v1.TransparencyLogEntry),
// and the canonical bodies that are the leaves of Rekor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "json/value.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/tlog/merkle.h"

namespace signet::sigstore {

struct InclusionProof {
  std::int64_t log_index = 0;
  std::int64_t tree_size = 0;
  RootHash root;
  std::vector<NodeHash> hashes;
  std::string checkpoint;  ///< a signed note; empty where the bundle has none
};

struct LogEntry {
  std::int64_t log_index = 0;
  Bytes log_id;  ///< 32 bytes
  std::string kind;
  std::string version;
  std::int64_t integrated_time = 0;  ///< 0: none
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

/// The key or certificate that an entry says made the signature.
struct EntryVerifier {
  enum class Kind : std::uint8_t { Certificate, PublicKey };
  Kind kind = Kind::Certificate;
  Bytes der;  ///< certificate or SPKI
};

/// What a hashedrekord 0.0.2 entry (Rekor v2) commits to.
struct HashedRekord {
  Digest digest;
  Bytes signature;
  EntryVerifier verifier;
  std::string key_details;
};

/// The canonical body (RFC 8785) of a hashedrekord 0.0.2 entry.
[[nodiscard]] std::string encode_hashedrekord_v2(const HashedRekord& record);

/// The inverse of encode_hashedrekord_v2().
///
/// @error InvalidRequest  not that kind and version, malformed, or not canonical
[[nodiscard]] Result<HashedRekord> parse_hashedrekord_v2(ByteView body);

}  // namespace signet::sigstore
