// PKCS#10 certificate requests as Fulcio reads them: only the key and the proof that the asker has it count.
#pragma once

#include <string_view>

#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sandbox {

/// The key of a request whose own signature verifies (RFC 2986 §4). Subject and attributes are ignored.
///
/// @param pem  "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"
/// @error InvalidRequest  with Fulcio's own message: cannot be parsed, insecure key, algorithm not permitted, or the
/// signature could not be verified
[[nodiscard]] Result<sigstore::PublicKey> parse_certificate_request(std::string_view pem);

/// Fulcio's messages (its API's contract: clients show them).
namespace fulcio_message {
inline constexpr std::string_view kToken = "There was an error processing the identity token";
inline constexpr std::string_view kKeyMalformed = "The public key supplied in the request could not be parsed";
inline constexpr std::string_view kKeyInsecure = "The public key supplied in the request is insecure";
inline constexpr std::string_view kRequestMalformed = "The certificate signing request could not be parsed";
inline constexpr std::string_view kSignature = "The signature supplied in the request could not be verified";
inline constexpr std::string_view kAlgorithm = "signing algorithm not permitted: ";
inline constexpr std::string_view kCtLog = "Error entering certificate in CTL";
}  // namespace fulcio_message

}  // namespace signet::sandbox
