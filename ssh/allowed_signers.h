// Lines of an allowed_signers file, by which `ssh-keygen -Y verify` and git know whose an SSH signature is.
//
// Source: ssh-keygen(1), "ALLOWED SIGNERS".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::ssh {

struct AllowedSigner {
  /// Who signs: at least one. Patterns: "*" and "?" stand for other characters.
  std::vector<std::string> principals;
  /// What the key may sign for; empty: for every namespace.
  std::vector<std::string> namespaces;
  /// From when and until when, as allowed_signers_time() gives it.
  std::optional<std::string> valid_after{};
  std::optional<std::string> valid_before{};
  sigstore::PublicKey key;
};

/// Whether such a principal stands for more than itself.
[[nodiscard]] bool is_principal_pattern(std::string_view principal);

/// `PRINCIPAL[,…] [OPTION[,…]] TYPE BASE64`, without a line end; the options are namespaces="…", valid-after="…" and
/// valid-before="…".
///
/// @error InvalidRequest  no principal; a principal or namespace with a blank, comma, quotation mark or control
///                        character, or one that would mean something else in its place ("#", "!"); or a time that ends
///                        before it begins
[[nodiscard]] Result<std::string> encode_allowed_signer(const AllowedSigner& signer);

/// A time as such a line has it: YYYYMMDD[HHMM[SS]][Z] stays as it is, and means the local time of whoever verifies
/// where it has no Z; RFC 3339 becomes YYYYMMDDHHMMSSZ. OpenSSH reads the Z since 9.1.
///
/// @error InvalidRequest  another form, or a time that does not exist
[[nodiscard]] Result<std::string> allowed_signers_time(std::string_view text);

}  // namespace signet::ssh
