// The hashes of this field (FIPS 180-4), by OpenSSL.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

[[nodiscard]] Sha256Hash sha256(ByteView bytes);
[[nodiscard]] Digest hash(HashAlgorithm algorithm, ByteView bytes);

/// "SHA2_256", "SHA2_384", "SHA2_512": the spelling of bundles and log entries (protobuf-specs HashAlgorithm).
[[nodiscard]] std::string_view proto_hash_name(HashAlgorithm algorithm);
[[nodiscard]] std::optional<HashAlgorithm> hash_from_proto_name(std::string_view name);

/// Hashes what comes in pieces.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(ByteView bytes);
  /// Ends the computation; the object may only be destroyed afterwards.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hashes a file without holding it in memory. Anything that can be read to its end will do, pipes included.
///
/// @error InvalidRequest  the file cannot be opened or read; the message names it
[[nodiscard]] Result<Digest> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path);

}  // namespace signet::sigstore
