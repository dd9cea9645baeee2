// The sandbox's certificate transparency log: SCTs for precertificates, and the entries that they promise.
//
// Entries are the MerkleTreeLeaf structures of RFC 6962 §3.4 in a log of C2SP's tile layout, stored before the SCT is
// handed out; the SCT's extension holds their index, as static CT logs have it. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sandbox/software_key.h"
#include "sigstore/tlog/tile_log.h"

namespace signet::sandbox {

inline constexpr std::string_view kCtLogOrigin = "ctlog.sandbox.test";

/// How an SCT is made; each member alone makes one that verifiers must refuse.
struct SctOptions {
  bool by_other_key = false;          ///< under the log's id, by a key that is not the log's
  bool of_other_certificate = false;  ///< over a TBSCertificate that differs in one byte
  bool garbage = false;               ///< bytes that are no list of SCTs
};

class CtLog {
 public:
  /// @error InvalidRequest  the folder cannot be used or its log is damaged
  /// @error NotVerified     its checkpoint is by another key
  [[nodiscard]] static Result<CtLog> open(const std::filesystem::path& folder, const SoftwareKey& key);

  /// Logs a precertificate and yields a SignedCertificateTimestampList of one SCT (RFC 6962 §3.3), TLS encoding.
  ///
  /// @param issuer_key_hash  SHA-256 of the SPKI of the CA that issues the certificate
  /// @param tbs              TBSCertificate without poison and without SCTs
  /// @error LogUnavailable   the entry could not be stored
  [[nodiscard]] Result<Bytes> sign(const Sha256Hash& issuer_key_hash, ByteView tbs, WallTime now,
                                   const SctOptions& options = {});

  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  [[nodiscard]] std::uint64_t size() const { return log_.size(); }

 private:
  CtLog(SoftwareKey key, sigstore::TileLog log) : key_(std::move(key)), log_(std::move(log)) {}
  SoftwareKey key_;
  sigstore::TileLog log_;
};

}  // namespace signet::sandbox
