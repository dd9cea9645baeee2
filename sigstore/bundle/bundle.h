// The Sigstore bundle: a signature with everything that its verification needs (protobuf-specs sigstore_bundle.proto,
// v0.1 to v0.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

inline constexpr std::string_view kBundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// As in the reference verifiers: more is an attack.
inline constexpr std::size_t kMaxLogEntries = 32;
inline constexpr std::size_t kMaxTimestamps = 32;
inline constexpr std::size_t kMaxBundle = std::size_t{16} * 1024 * 1024;

/// As in the reference verifiers.
inline constexpr std::size_t kMaxCertificates = 10;

/// 0.1: each log entry has an inclusion promise. 0.2: each has a proof with checkpoint. 0.3: and no chain.
enum class BundleVersion : std::uint8_t { V01, V02, V03 };

struct MessageSignature {
  Digest digest;
  Bytes signature;
};

struct DsseEnvelope {
  Bytes payload;
  std::string payload_type;
  Bytes signature;     ///< exactly one
  std::string key_id;  ///< unauthenticated
};

struct Bundle {
  std::string media_type = std::string(kBundleMediaType);
  BundleVersion version = BundleVersion::V03;
  Bytes certificate;  ///< leaf, DER; empty where the material is a public key. Others that came with it are dropped
  std::string public_key_hint;
  std::vector<LogEntry> entries;
  std::vector<Bytes> timestamps;  ///< TimeStampResp, DER
  std::variant<MessageSignature, DsseEnvelope> content;

  [[nodiscard]] const Bytes& signature() const;
};

/// Reads a bundle of version 0.1, 0.2 or 0.3 and checks its structure: media type, exactly one content and one key
/// material, exactly one DSSE signature (with a bare key under the name that its hint says), lengths of hashes and ids,
/// counts, no repeated entry; unknown members are refused. What entries must have is for the verifier to say.
///
/// @error InvalidRequest  malformed; the message names the member
/// @error NotBuiltYet     a bundle of a later version
/// @error LimitExceeded   larger than kMaxBundle or more entries or timestamps than allowed
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view json);

/// Writes v0.3, whatever the version was, as one line of JSON without a line end; no nulls, no defaults.
[[nodiscard]] std::string encode_bundle(const Bundle& bundle);

}  // namespace signet::sigstore
