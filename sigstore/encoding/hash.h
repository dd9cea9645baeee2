// The hashes of this field (FIPS 180-4), by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

[[nodiscard]] Sha256Hash sha256(ByteView bytes);
[[nodiscard]] Digest hash(HashAlgorithm algorithm, ByteView bytes);

/// For the names of git's objects alone: it holds nobody back who wants two objects with one name.
using Sha1Hash = std::array<std::uint8_t, 20>;
[[nodiscard]] Sha1Hash sha1(ByteView bytes);

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

/// Told now and then how many bytes of how many are hashed.
using OnHashed = std::function<void(std::uint64_t done, std::uint64_t size)>;

/// What an operand in the place of a file is: a digest where it begins as one ("sha256:") and no file has that very
/// name.
/// "./sha256:…" is always a file's name.
[[nodiscard]] bool is_digest_operand(const std::string& operand);

/// Hashes a regular file by each of the algorithms, reading it once and without holding it in memory. Anything else is
/// refused before a byte of it is read: a pipe or a device may never end.
///
/// @return  a digest for each algorithm, in their order
/// @error InvalidRequest  the file cannot be opened or read, is not a regular file, or grew or shrank meanwhile; the
///                        message names it, the remedy says what to do
[[nodiscard]] Result<std::vector<Digest>> hash_file(const std::vector<HashAlgorithm>& algorithms,
                                                    const std::filesystem::path& path, const OnHashed& on_hashed = {});
/// The same with one algorithm.
[[nodiscard]] Result<Digest> hash_file(HashAlgorithm algorithm, const std::filesystem::path& path,
                                       const OnHashed& on_hashed = {});

}  // namespace signet::sigstore
