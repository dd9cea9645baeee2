// Where the parts of a certificate stand in its DER (RFC 5280 §4.1): read once, strictly, as views.
//
// OpenSSL re-encodes what it read; a transparency log signed the bytes as they were (RFC 6962 §3.2).
#pragma once

#include <cstddef>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore {

/// A certificate with RSA keys, a dozen claims and several SCTs has 4 KiB. What is looked for in it, here and in
/// OpenSSL, is looked for again and again, so that a large one costs more than its bytes.
inline constexpr std::size_t kMaxCertificate = std::size_t{64} * 1024;
/// Fulcio's leaves have up to 30. Each is compared with all before it.
inline constexpr std::size_t kMaxExtensions = 64;

/// Views into the certificate's bytes, which must outlive it. "Whole" elements: tag and length included.
struct CertificateLayout {
  struct Extension {
    ByteView whole;
    ByteView oid;  ///< whole
    bool critical = false;
    ByteView value;  ///< what the extnValue OCTET STRING holds
  };

  ByteView tbs;                ///< whole
  ByteView before_extensions;  ///< the TBSCertificate's content up to the [3] of its extensions
  ByteView serial_number;      ///< whole
  ByteView issuer;             ///< whole
  ByteView subject;            ///< whole
  ByteView spki;               ///< whole
  std::vector<Extension> extensions;
};

/// @error InvalidRequest  not one DER certificate of version 3, trailing bytes, or an extension that stands there twice
/// @error LimitExceeded   more than kMaxCertificate bytes or kMaxExtensions extensions
[[nodiscard]] Result<CertificateLayout> parse_certificate_layout(ByteView der);

}  // namespace signet::sigstore
