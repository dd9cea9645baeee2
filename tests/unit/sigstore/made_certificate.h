// Certificates made for one test, signed with keys of the test's own: right in everything but what the test spoils.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::test {

/// One Extension, DER. `value` is what the OCTET STRING holds.
[[nodiscard]] Bytes make_extension(std::string_view oid, bool critical, ByteView value);

inline constexpr std::string_view kTestSan = "ada@example.org";
inline constexpr std::string_view kTestIssuer = "https://issuer.example.org";

/// What a certificate shall say.
struct CertificateRecipe {
  std::string issuer_name = "test CA";
  std::string subject_name;  ///< empty: an empty Name, as Fulcio's leaves have
  WallTime not_before;
  WallTime not_after;
  sigstore::PublicKey key;
  std::vector<Bytes> extensions;
  Bytes spki{};            ///< in the place of the key's, where it is not empty
  bool with_sha1 = false;  ///< signed by ecdsa-with-SHA1, which nobody may take; the signer's key must be of a curve
};

/// A self-signed root: basicConstraints CA:TRUE, keyCertSign, no EKU.
[[nodiscard]] CertificateRecipe authority_recipe(const sigstore::PublicKey& key, std::string name, WallTime not_before,
                                                 WallTime not_after);
/// A leaf as Fulcio makes it, without SCT: digitalSignature, codeSigning, one e-mail SAN, issuer extensions.
[[nodiscard]] CertificateRecipe leaf_recipe(const sigstore::PublicKey& key, WallTime not_before);

/// An intermediate under `parent`, for code signing.
[[nodiscard]] CertificateRecipe intermediate_recipe(const CertificateRecipe& parent, const sigstore::PublicKey& key,
                                                    std::string name);

/// TBSCertificate of the recipe under a signer of that kind, DER.
[[nodiscard]] Bytes make_tbs(const CertificateRecipe& recipe, sigstore::KeyKind signer);
/// The certificate, signed; ends the test program where it cannot be read back.
[[nodiscard]] Bytes make_certificate_der(const CertificateRecipe& recipe, const SoftwareKey& signer);
[[nodiscard]] sigstore::Certificate make_certificate(const CertificateRecipe& recipe, const SoftwareKey& signer);

/// Replaces the extension of that OID, or adds it at the end.
void set_extension(CertificateRecipe& recipe, std::string_view oid, bool critical, ByteView value);
void remove_extension(CertificateRecipe& recipe, std::string_view oid);

namespace extension_oid {
inline constexpr std::string_view kKeyUsage = "2.5.29.15";
inline constexpr std::string_view kSubjectAlternativeName = "2.5.29.17";
inline constexpr std::string_view kBasicConstraints = "2.5.29.19";
inline constexpr std::string_view kNameConstraints = "2.5.29.30";
inline constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
}  // namespace extension_oid

/// ExtKeyUsageSyntax of these purposes, DER.
[[nodiscard]] Bytes purposes(const std::vector<std::string_view>& oids);

}  // namespace signet::test
