// PKCS#11 v2.40 as this folder uses it: the free header of p11-kit, and what it lacks.
#pragma once

#include <p11-kit/pkcs11.h>

#include <string>
#include <string_view>

namespace signet::pkcs11 {

/// PKCS#11 v3.0 §5: the token has no room for another session or object.
inline constexpr CK_RV kTokenResourceExceeded = 0x201;

/// A text of a CK_INFO structure: padded with blanks, not ended by NUL (PKCS#11 v2.40 §3.1). Modules pad with NUL, too.
template <std::size_t Size>
[[nodiscard]] std::string unpadded(const CK_UTF8CHAR (&text)[Size]) {
  const std::string_view whole(reinterpret_cast<const char*>(text), Size);
  const std::string_view part = whole.substr(0, whole.find('\0'));
  return std::string(part.substr(0, part.find_last_not_of(' ') + 1));
}

}  // namespace signet::pkcs11
