// What Rekor v1's write API takes: proposed entries, checked as the server checks them, and what entries are found by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sandbox {

/// Reads a proposed hashedrekord 0.0.1 or dsse 0.0.1: every signature must verify under its key or certificate, by the
/// key's own hash. Unknown members are refused.
///
/// @return  the canonical body: PEM in lines of 64, signatures sorted, hashes in the place of what they are of
/// @error InvalidRequest  malformed, of another kind, or a signature does not verify; the message is for the 400
[[nodiscard]] Result<Bytes> accept_proposal(std::string_view json);

/// What a stored body is found by: "sha256:<hex>" of what was signed (and of a dsse entry's envelope),
/// "x509:<hex>" of the DER of a key or certificate, "email:<address>" of a certificate.
[[nodiscard]] std::vector<std::string> search_terms(ByteView body);

/// The terms of a search: {"hash", "email", "publicKey": {"format": "x509", "content"}, "operator"}.
struct Search {
  std::vector<std::string> terms;
  bool all = false;  ///< "operator": "and"
};
/// @error InvalidRequest  malformed, or nothing is asked for
[[nodiscard]] Result<Search> parse_search(std::string_view json);

}  // namespace signet::sandbox
