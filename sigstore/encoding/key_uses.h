// Which kind of key signs what: the one table of it (D3). Verifying is another matter: see sigstore/verify.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore {

/// A git object as CMS, a blob's digest as hashedrekord, a statement as DSSE.
enum class SignedForm : std::uint8_t { Git, Blob, Statement };

/// "git", "blob", "statement": the spelling of an identity's `use`.
[[nodiscard]] std::string_view signed_form_name(SignedForm form);

/// What keys of that kind sign; empty for those that are only verified.
[[nodiscard]] std::vector<SignedForm> signed_forms(KeyKind kind);

/// @error KeyUnsuitable  keys of this kind do not sign that; it says why, and which key to make instead
[[nodiscard]] Result<void> check_signs(KeyKind kind, SignedForm form);

}  // namespace signet::sigstore
