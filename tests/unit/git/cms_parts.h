// A git signature in its parts, put together by RFC 5652 §5 without the product's writer: a test changes one part.
#pragma once

#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// Each Bytes is whole DER.
struct CmsParts {
  Bytes content_type;                    ///< ContentInfo's OID
  Bytes version;                         ///< SignedData's
  std::vector<Bytes> digest_algorithms;  ///< AlgorithmIdentifiers
  Bytes content;                         ///< EncapsulatedContentInfo
  std::vector<Bytes> certificates;       ///< empty: no field
  Bytes revocations;                     ///< empty: no field
  Bytes signer_version;
  Bytes signer_name;  ///< IssuerAndSerialNumber
  Bytes signer_digest_algorithm;
  std::vector<Bytes> signed_attributes;  ///< in the order in which they stand
  Bytes signature_algorithm;
  Bytes signature;
  std::vector<Bytes> unsigned_attributes;  ///< in the order in which they stand
  bool has_unsigned_attributes = false;
  std::vector<Bytes> more_signers;

  /// SignerInfo.
  [[nodiscard]] Bytes signer() const;
  /// ContentInfo.
  [[nodiscard]] Bytes der() const;
  [[nodiscard]] std::string armored() const;
};

[[nodiscard]] Bytes der_oid_sequence(std::string_view oid);
/// Attribute with these values.
[[nodiscard]] Bytes make_attribute(std::string_view oid, const std::vector<Bytes>& values);

/// What a signer with that P-256 certificate writes over `object`.
[[nodiscard]] CmsParts make_cms_parts(const SoftwareKey& key, const sigstore::Certificate& leaf, ByteView object);

/// The time in it.
inline constexpr std::string_view kCmsTime = "2026-01-31T11:00:07Z";

}  // namespace signet::test
