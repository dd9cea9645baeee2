#include "sigstore/git/cms_layout.h"

#include <array>

#include "sigstore/encoding/der.h"

namespace signet::sigstore::cms {
namespace {

struct HashRow {
  HashAlgorithm hash;
  std::string_view digest;
  std::string_view ecdsa;
  std::string_view rsa;
};
// RFC 5754 §2 and §3: the hashes, ecdsa-with-SHAn, shaNWithRSAEncryption.
constexpr std::array<HashRow, 3> kHashes = {{
    {HashAlgorithm::Sha256, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"},
    {HashAlgorithm::Sha384, "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3", "1.2.840.113549.1.1.12"},
    {HashAlgorithm::Sha512, "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4", "1.2.840.113549.1.1.13"},
}};
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";

Bytes identifier(std::string_view oid) { return encode_der(der_tag::kSequence, encode_der_oid(oid)); }

Bytes identifier_with_null(std::string_view oid) {
  return encode_der(der_tag::kSequence, std::vector{encode_der_oid(oid), encode_der(der_tag::kNull, ByteView())});
}

const HashRow& row_of(HashAlgorithm hash) { return kHashes.at(static_cast<std::size_t>(hash)); }

}  // namespace

Bytes digest_algorithm(HashAlgorithm hash) { return identifier(row_of(hash).digest); }

std::optional<HashAlgorithm> hash_of_algorithm(ByteView found) {
  for (const HashRow& row : kHashes) {
    if (equal(found, identifier(row.digest)) || equal(found, identifier_with_null(row.digest))) return row.hash;
  }
  return std::nullopt;
}

Bytes signature_algorithm(KeyKind kind, HashAlgorithm hash) {
  switch (kind) {
    case KeyKind::EcdsaP256:
    case KeyKind::EcdsaP384:
    case KeyKind::EcdsaP521:
      return identifier(row_of(hash).ecdsa);
    case KeyKind::Rsa2048:
    case KeyKind::Rsa3072:
    case KeyKind::Rsa4096:
      return identifier_with_null(row_of(hash).rsa);
    case KeyKind::Ed25519:
      break;
  }
  return {};
}

bool is_signature_algorithm(ByteView found, KeyKind kind, HashAlgorithm hash) {
  const Bytes own = signature_algorithm(kind, hash);
  if (own.empty()) return false;
  const bool is_rsa = kind == KeyKind::Rsa2048 || kind == KeyKind::Rsa3072 || kind == KeyKind::Rsa4096;
  return equal(found, own) || (is_rsa && equal(found, identifier_with_null(kRsaEncryption)));
}

}  // namespace signet::sigstore::cms
