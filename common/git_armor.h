// The labels of PEM by which git tells signatures apart (git: gpg-interface.c).
#pragma once

#include <string_view>

namespace signet {

inline constexpr std::string_view kCmsArmor = "SIGNED MESSAGE";
inline constexpr std::string_view kSshArmor = "SSH SIGNATURE";
inline constexpr std::string_view kOpenPgpArmor = "PGP SIGNATURE";
/// As older versions of GnuPG wrote a detached signature.
inline constexpr std::string_view kOpenPgpMessageArmor = "PGP MESSAGE";

}  // namespace signet
