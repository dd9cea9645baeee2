// Timestamps made for one test, part by part, by an authority of the test's own: right in everything but what the test
// spoils before they are signed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/time.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/unit/sigstore/made_certificate.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// A root, a leaf under it that makes timestamps, and the trusted root's entry for them.
class TestAuthority {
 public:
  /// @param change  the last word on the leaf's certificate; `start` is when everything begins
  explicit TestAuthority(WallTime start, void (*change)(CertificateRecipe& leaf) = nullptr);

  [[nodiscard]] const SoftwareKey& key() const { return leaf_key_; }
  [[nodiscard]] const sigstore::Certificate& root() const { return root_; }
  [[nodiscard]] const sigstore::Certificate& leaf() const { return leaf_; }
  /// Leaf and root, believed from `start` on without end.
  [[nodiscard]] sigstore::CertificateAuthority entry() const;

 private:
  WallTime start_;
  SoftwareKey root_key_;
  SoftwareKey leaf_key_;
  sigstore::Certificate root_;
  sigstore::Certificate leaf_;
};

struct TimestampRecipe {
  explicit TimestampRecipe(ByteView stamped);

  // TSTInfo
  Bytes imprint_algorithm;  ///< AlgorithmIdentifier
  Bytes imprint;
  std::string time = "20260131120000Z";
  std::optional<Bytes> nonce{};  ///< INTEGER's content
  Bytes more_info{};             ///< whatever stands at the end

  // SignedData
  std::vector<Bytes> certificates{};
  std::string content_type = "1.2.840.113549.1.9.16.1.4";           ///< the attribute's
  std::optional<Bytes> content_digest{};                            ///< default: the right one
  std::optional<Bytes> signer_hash{};                               ///< default: SHA-256 of the leaf
  std::string_view signer_hash_oid = "1.2.840.113549.1.9.16.2.47";  ///< signingCertificateV2
};

/// TimeStampToken, DER.
[[nodiscard]] Bytes make_timestamp_token(const TimestampRecipe& recipe, const TestAuthority& authority);
/// TimeStampResp, DER.
[[nodiscard]] Bytes make_timestamp(const TimestampRecipe& recipe, const TestAuthority& authority);

/// For ESSCertID.
[[nodiscard]] Bytes sha1(ByteView bytes);

}  // namespace signet::test
