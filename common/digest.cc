#include "common/digest.h"

#include <utility>

#include "common/hex.h"

namespace signet {
namespace {

struct Row {
  HashAlgorithm algorithm;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<Row, 3> kRows = {{{HashAlgorithm::Sha256, "sha256", 32},
                                       {HashAlgorithm::Sha384, "sha384", 48},
                                       {HashAlgorithm::Sha512, "sha512", 64}}};

}  // namespace

std::size_t digest_size(HashAlgorithm algorithm) { return kRows.at(static_cast<std::size_t>(algorithm)).size; }

std::string_view hash_name(HashAlgorithm algorithm) { return kRows.at(static_cast<std::size_t>(algorithm)).name; }

std::optional<HashAlgorithm> hash_from_name(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

Result<Digest> Digest::make(HashAlgorithm algorithm, ByteView bytes) {
  if (bytes.size() != digest_size(algorithm)) {
    return fail(ErrorCode::InvalidRequest, "a " + std::string(hash_name(algorithm)) + " digest has " +
                                               std::to_string(digest_size(algorithm)) + " bytes, this one has " +
                                               std::to_string(bytes.size()));
  }
  return Digest(algorithm, to_bytes(bytes));
}

Digest Digest::from_sha256(const Sha256Hash& hash) { return {HashAlgorithm::Sha256, Bytes(hash.begin(), hash.end())}; }

std::string Digest::hex() const { return encode_hex(bytes_); }

Result<Digest> parse_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto algorithm = hash_from_name(text.substr(0, colon));
  if (colon == std::string_view::npos || !algorithm) {
    return fail(ErrorCode::InvalidRequest, "a digest is written as sha256:<hex>, sha384:<hex> or sha512:<hex>");
  }
  auto bytes = parse_hex(text.substr(colon + 1));
  if (!bytes) return fail(std::move(bytes.error()));
  return Digest::make(*algorithm, *bytes);
}

std::string encode_digest(const Digest& digest) {
  return std::string(hash_name(digest.algorithm())) + ":" + digest.hex();
}

}  // namespace signet
