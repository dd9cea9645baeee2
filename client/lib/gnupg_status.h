// The status lines that git reads from a signing program (GnuPG's doc/DETAILS, "Format of the status output").
#pragma once

#include <string>
#include <string_view>

#include "common/digest.h"
#include "common/error.h"

namespace signet::client {

/// A descriptor for status lines; without one (-1) lines go nowhere.
class GnupgStatus {
 public:
  explicit GnupgStatus(int fd = -1) : fd_(fd) {}

  /// Writes "[GNUPG:] <line>" and a line end.
  ///
  /// @error Cancelled  the descriptor cannot be written
  [[nodiscard]] Result<void> line(std::string_view line) const;

 private:
  int fd_;
};

/// OpenPGP's number of a public-key algorithm (RFC 9580 §9.1): 1 RSA, 19 ECDSA, 22 EdDSA; 0 for one that is not known
/// here.
///
/// @param kind  as the agent and `signet key list` call it: "p256", "rsa3072"
[[nodiscard]] int gnupg_key_algorithm(std::string_view kind);

/// OpenPGP's number of a hash (RFC 9580 §9.5).
[[nodiscard]] int gnupg_hash_algorithm(HashAlgorithm hash);

/// A user id as one field: never empty (git would take the next line for a part of it), control characters and '%' as
/// %XX; what else is not safe to show is made so (display_text()).
[[nodiscard]] std::string escape_user_id(std::string_view uid);

/// Reads a descriptor's number, as it stands behind --status-fd, and makes sure that it is open.
///
/// @error InvalidRequest  no number, or no open descriptor
[[nodiscard]] Result<int> parse_status_fd(std::string_view text);

}  // namespace signet::client
