// Signed certificate timestamps made for one test, by a CT log of the test's own: right in everything but what the test
// spoils before they are signed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "common/bytes.h"
#include "common/time.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/unit/sigstore/made_certificate.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// What one SCT says (RFC 6962 §3.2).
struct SctRecipe {
  std::uint8_t version = 0;
  std::optional<Bytes> log_id{};  ///< default: the log's
  std::uint64_t milliseconds = 0;
  Bytes extensions{};
  std::uint8_t hash_algorithm = 4;                     ///< sha256
  std::optional<std::uint8_t> signature_algorithm{};   ///< default: the key's
  std::function<void(Bytes&)> change_after_signing{};  ///< the whole SCT
};

class TestCtLog {
 public:
  TestCtLog(sigstore::KeyKind kind, WallTime start) : key_(SoftwareKey::generate(kind)), start_(start) {}

  [[nodiscard]] const SoftwareKey& key() const { return key_; }
  /// The trusted root's entry, believed from `start` on without end.
  [[nodiscard]] sigstore::TransparencyLog entry() const;
  /// An SCT over a TBSCertificate without SCTs.
  [[nodiscard]] Bytes sign(const SctRecipe& recipe, ByteView tbs, const sigstore::PublicKey& issuer) const;

 private:
  SoftwareKey key_;
  WallTime start_;
};

/// SignedCertificateTimestampList, TLS encoding.
[[nodiscard]] Bytes make_sct_list(const std::vector<Bytes>& scts);
/// Puts that list into the recipe's SCT extension.
void set_sct_list(CertificateRecipe& recipe, ByteView list);

/// The recipe with one SCT of the log for each of `scts`, signed by the CA.
[[nodiscard]] sigstore::Certificate make_logged_certificate(CertificateRecipe recipe, const SoftwareKey& authority,
                                                            const TestCtLog& log, const std::vector<SctRecipe>& scts);

/// Milliseconds since 1970.
[[nodiscard]] std::uint64_t milliseconds_of(WallTime time);

}  // namespace signet::test
