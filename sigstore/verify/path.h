// A path from a certificate to an authority of the trusted root, by OpenSSL (RFC 5280 §6.1). Private to verify/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Why there is no path.
struct PathProblem {
  enum class Kind : std::uint8_t {
    OtherAuthority,  ///< nothing in this authority is named as the issuer
    BadSignature,    ///< the authority's certificate is named, and its key did not sign
    NotValidThen,    ///< a certificate of the path does not cover the time
    Invalid,         ///< any other rule of RFC 5280, or a critical extension that nobody understands
  };
  Kind kind = Kind::Invalid;
  std::string why;  ///< OpenSSL's words
};

/// The path from `leaf` (first) to the authority's anchor, valid at `time`. What is in the authority's chain may stand
/// between; the anchor is its last certificate, self-signed or not. Signatures by SHA-1 and older hashes do not count
/// (but the anchor's own, which nobody needs). Key usages of the leaf are not looked at. What is the
/// authority's own of a path is checked by OpenSSL once for each process, but for its time (checked_paths.h).
[[nodiscard]] std::variant<std::vector<Certificate>, PathProblem> find_path(const Certificate& leaf,
                                                                            const CertificateAuthority& authority,
                                                                            WallTime time);

/// True where the authorities of a path may issue for a purpose: intermediates that say what they are for must name it,
/// or any; the anchor is believed for what it is.
///
/// @param path  as find_path() yields it, the leaf first
[[nodiscard]] bool may_issue_for(std::string_view purpose, const std::vector<Certificate>& path);

}  // namespace signet::sigstore
