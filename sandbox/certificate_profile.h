// X.509 certificates written element by element (RFC 5280 §4.1), so that a test can ask for one with exactly one
// defect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/time.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sandbox {

struct CertificateExtension {
  std::string oid;  ///< dotted
  bool critical = false;
  Bytes value{};  ///< the content of extnValue
};

/// Everything that a TBSCertificate says; extensions stand in it in this order.
struct CertificateProfile {
  Bytes issuer_name;   ///< DER
  Bytes subject_name;  ///< DER
  WallTime not_before{};
  WallTime not_after{};
  Bytes spki;
  std::vector<CertificateExtension> extensions;
  Bytes serial_number = random_serial();

  /// 16 random bytes, positive.
  [[nodiscard]] static Bytes random_serial();
};

/// TBSCertificate, DER, for a signature with ECDSA and SHA-256.
[[nodiscard]] Bytes encode_tbs(const CertificateProfile& profile);

/// Certificate, DER: `tbs` under a signature of `issuer`.
[[nodiscard]] Bytes sign_tbs(ByteView tbs, const SoftwareKey& issuer);

/// Name with O "SANDBOX NOT FOR TRUST" and this CN.
[[nodiscard]] Bytes encode_name(std::string_view common_name);
/// Name without any part: the subject of Fulcio's leaves.
[[nodiscard]] Bytes empty_name();

namespace extension {
[[nodiscard]] CertificateExtension digital_signature();    ///< keyUsage, critical
[[nodiscard]] CertificateExtension certificate_signing();  ///< keyUsage keyCertSign and cRLSign, critical
[[nodiscard]] CertificateExtension authority();            ///< basicConstraints CA:TRUE, critical
[[nodiscard]] CertificateExtension authority_of_leaves();  ///< the same with pathlen:0
[[nodiscard]] CertificateExtension purpose(std::string_view eku_oid, bool critical);
[[nodiscard]] CertificateExtension subject_key_id(const sigstore::PublicKey& key);
[[nodiscard]] CertificateExtension authority_key_id(const sigstore::PublicKey& key);
/// One GeneralName; `critical` where the subject is empty (RFC 5280 §4.2.1.6).
[[nodiscard]] CertificateExtension alternative_name(const sigstore::SubjectAlternativeName& name, bool critical);
/// Fulcio's 57264.1.1 (raw text) and 57264.1.8 (DER UTF8String).
[[nodiscard]] CertificateExtension issuer_v1(std::string_view issuer);
[[nodiscard]] CertificateExtension issuer_v2(std::string_view issuer);
/// Certificate Transparency's poison (RFC 6962 §3.1) and the list of SCTs around its TLS encoding (§3.3).
[[nodiscard]] CertificateExtension poison();
[[nodiscard]] CertificateExtension sct_list(ByteView tls);
}  // namespace extension

}  // namespace signet::sandbox
