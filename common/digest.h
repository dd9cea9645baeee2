// A digest that knows which hash made it. Nothing here computes one: see sigstore/encoding/hash.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"

namespace signet {

enum class HashAlgorithm : std::uint8_t { Sha256, Sha384, Sha512 };

/// 32, 48 or 64.
[[nodiscard]] std::size_t digest_size(HashAlgorithm algorithm);

/// "sha256", "sha384", "sha512": the spelling of in-toto, of our socket and of our command line.
[[nodiscard]] std::string_view hash_name(HashAlgorithm algorithm);
[[nodiscard]] std::optional<HashAlgorithm> hash_from_name(std::string_view name);

/// SHA-256 output of a fixed kind, for example a Merkle node or a fingerprint.
using Sha256Hash = std::array<std::uint8_t, 32>;

class Digest {
 public:
  /// @error InvalidRequest  `bytes` is not as long as the algorithm's output
  [[nodiscard]] static Result<Digest> make(HashAlgorithm algorithm, ByteView bytes);
  [[nodiscard]] static Digest from_sha256(const Sha256Hash& hash);

  [[nodiscard]] HashAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] std::string hex() const;

  bool operator==(const Digest&) const = default;

 private:
  Digest(HashAlgorithm algorithm, Bytes bytes) : algorithm_(algorithm), bytes_(std::move(bytes)) {}

  HashAlgorithm algorithm_;
  Bytes bytes_;
};

/// Reads "sha256:<hex>" (also sha384, sha512): how a digest is written on the command line and in configuration.
///
/// @error InvalidRequest  unknown algorithm name, not hexadecimal, or the wrong length
[[nodiscard]] Result<Digest> parse_digest(std::string_view text);

/// The inverse of parse_digest().
[[nodiscard]] std::string encode_digest(const Digest& digest);

}  // namespace signet
