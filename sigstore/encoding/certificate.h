// An X.509 certificate as Sigstore uses it: parsed once, read through typed members (RFC 5280; Fulcio's OID table).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/encoding/public_key.h"

struct x509_st;  // OpenSSL's X509

namespace signet::sigstore {

enum class SanKind : std::uint8_t { Email, Uri, OtherName };

/// "e-mail address", "URI" or "user name".
[[nodiscard]] std::string_view san_kind_name(SanKind kind);

/// The one name of a Fulcio leaf.
struct SubjectAlternativeName {
  SanKind kind = SanKind::Email;
  std::string value;
  bool operator==(const SubjectAlternativeName&) const = default;
};

/// Immutable, cheap to copy (shared).
class Certificate {
 public:
  /// @error InvalidRequest  not one DER certificate of version 3, trailing bytes, a repeated extension
  /// @error KeyUnsuitable   its public key is of a kind that PublicKey does not know
  [[nodiscard]] static Result<Certificate> from_der(ByteView der);
  /// @error InvalidRequest, KeyUnsuitable  as from_der(), or not PEM "CERTIFICATE"
  [[nodiscard]] static Result<Certificate> from_pem(std::string_view pem);

  [[nodiscard]] ByteView der() const;
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] const PublicKey& public_key() const;
  [[nodiscard]] WallTime not_before() const;
  [[nodiscard]] WallTime not_after() const;
  /// DER of the issuer's and subject's Name.
  [[nodiscard]] Bytes issuer_name() const;
  [[nodiscard]] Bytes subject_name() const;
  /// The content bytes of the serial number INTEGER element, whole (tag and length included).
  [[nodiscard]] Bytes serial_number() const;
  /// basicConstraints CA:TRUE.
  [[nodiscard]] bool is_ca() const;
  [[nodiscard]] bool has_key_usage_digital_signature() const;
  /// EKU extension present and with this purpose, as dotted OID.
  [[nodiscard]] bool has_extended_key_usage(std::string_view oid) const;
  /// EKU extension critical and with this purpose alone.
  [[nodiscard]] bool has_sole_critical_extended_key_usage(std::string_view oid) const;

  /// @error InvalidRequest  no SAN, more than one name, or a name of another type than e-mail, URI and otherName
  /// 57264.1.7
  [[nodiscard]] Result<SubjectAlternativeName> subject_alternative_name() const;

  /// The OIDC issuer: extension 57264.1.8 (DER UTF8String), else 57264.1.1 (raw).
  /// Never empty, without control characters.
  /// @error InvalidRequest  neither is there, .8 is malformed, both are there and differ, or it is no printable UTF-8
  [[nodiscard]] Result<std::string> oidc_issuer() const;

  /// The extnValue's content of an extension by dotted OID, or nothing.
  [[nodiscard]] std::optional<Bytes> extension(std::string_view oid) const;

  /// The extensions of Fulcio's arc, 1.3.6.1.4.1.57264.1.N with N below 128, in their order: N and the extnValue's
  /// content, which lives as long as this object or a copy.
  [[nodiscard]] std::vector<std::pair<unsigned, ByteView>> fulcio_extensions() const;

  /// TBSCertificate (DER) without the extensions of these dotted OIDs, everything else byte for byte (RFC 6962 §3.2).
  /// @error InvalidRequest  the certificate's own bytes are not the DER that they should be
  [[nodiscard]] Result<Bytes> tbs_without(const std::vector<std::string_view>& oids) const;

  bool operator==(const Certificate& other) const;

  /// For the code of this library that calls OpenSSL; valid as long as this object or a copy lives.
  [[nodiscard]] x509_st* native() const;

 private:
  struct State;
  explicit Certificate(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

namespace oid {
inline constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
inline constexpr std::string_view kAnyPurpose = "2.5.29.37.0";
inline constexpr std::string_view kCodeSigning = "1.3.6.1.5.5.7.3.3";
inline constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view kFulcioIssuerV1 = "1.3.6.1.4.1.57264.1.1";
inline constexpr std::string_view kFulcioOtherName = "1.3.6.1.4.1.57264.1.7";
inline constexpr std::string_view kFulcioIssuerV2 = "1.3.6.1.4.1.57264.1.8";
inline constexpr std::string_view kSctList = "1.3.6.1.4.1.11129.2.4.2";
inline constexpr std::string_view kCtPoison = "1.3.6.1.4.1.11129.2.4.3";
}  // namespace oid

}  // namespace signet::sigstore
