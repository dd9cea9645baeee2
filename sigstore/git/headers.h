// The header block of a git object, line by line and byte-exact, and what git takes for a signature (git:
// gitformat-signature, gpg-interface.c).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace signet::sigstore {

/// One header with its continuation lines. Views into the object, which must outlive it.
struct GitHeader {
  std::string_view name;
  std::string_view value;  ///< after the blank; continuation lines still have theirs; no line end at the end
  std::string_view whole;  ///< every byte of it, line ends included
};

struct GitHeaderBlock {
  std::vector<GitHeader> headers;
  std::string_view message;  ///< what follows the blank line
};

/// @error InvalidRequest  a line without name or value, a continuation of nothing, no blank line at the end, or a NUL
[[nodiscard]] Result<GitHeaderBlock> parse_git_headers(std::string_view object);

/// "gpgsig" or "gpgsig-sha256": where commits and compatibility tags keep a signature.
[[nodiscard]] bool is_git_signature_header(std::string_view name);

/// By the first line of the armor, as git tells them apart.
enum class GitSignatureKind : std::uint8_t { None, X509, Ssh, OpenPgp, Unknown };
[[nodiscard]] GitSignatureKind signature_kind(std::string_view armored);

/// Where the last line that begins like a signature stands in a tag, or npos (git: parse_signature()).
[[nodiscard]] std::size_t find_last_armor(std::string_view text);

}  // namespace signet::sigstore
