// The trusted root: every key and authority that a verifier believes, and when (protobuf-specs
// sigstore_trustroot.proto).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/encoding/signed_note.h"
#include "sigstore/trust/time_range.h"

namespace signet::sigstore {

struct TransparencyLog {
  std::string base_url;
  PublicKey key;
  Bytes log_id;  ///< 32 bytes: SHA-256(SPKI), or the checkpoint key id of a Rekor v2 log
  TimeRange valid_for;
  std::string operated_by = {};  ///< empty where the root does not say

  /// The host part of base_url: origin and note name of a Rekor v2 log.
  [[nodiscard]] std::string name() const;
  /// The same with the port, if it has one: the note name of a Rekor v1 log.
  [[nodiscard]] std::string name_with_port() const;
  /// The key of this log's checkpoints.
  [[nodiscard]] NoteVerifier note_verifier() const;
  /// Under what it counts towards a threshold: its operator, else its id.
  [[nodiscard]] std::string counted_as() const;
};

/// A CA or TSA: certificates in order, the last one is the anchor. A TSA's first one is usually its signing
/// certificate.
struct CertificateAuthority {
  std::string uri;  ///< where it has none: the common name of its subject
  std::vector<Certificate> chain;
  TimeRange valid_for;
  std::string operated_by = {};  ///< empty where the root does not say

  /// Under what it counts towards a threshold: its operator, else its URI.
  [[nodiscard]] std::string counted_as() const;
};

struct TrustedRoot {
  std::vector<TransparencyLog> logs;
  std::vector<TransparencyLog> ct_logs;
  std::vector<CertificateAuthority> certificate_authorities;
  std::vector<CertificateAuthority> timestamp_authorities;
};

inline constexpr std::size_t kMaxTrustedRoot = std::size_t{1024} * 1024;

/// Reads trusted_root.json. Entries with keys or hashes of unknown kinds are left out; unknown members are tolerated.
///
/// @error InvalidRequest  not strict JSON, another media type, an entry without validFor.start, a log id that is not
///                        its key's, or a malformed member; the message names it
/// @error LimitExceeded   larger than 1 MiB
[[nodiscard]] Result<TrustedRoot> parse_trusted_root(std::string_view json);

}  // namespace signet::sigstore
