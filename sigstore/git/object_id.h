// Whether bytes are those that a git object id names.
#pragma once

#include <string_view>

#include "common/bytes.h"

namespace signet::sigstore {

/// True where the id is the hash of "TYPE SIZE", a NUL byte and these bytes: SHA-1 for 40 digits, SHA-256 for 64.
///
/// git reads an object by its place and takes its word for it: a folder that somebody else wrote may hold other bytes
/// there. SHA-1 says here which object is meant, and never that a signature is good.
///
/// @param id    lower-case hexadecimal digits
/// @param type  "commit", "tag", "tree" or "blob"
[[nodiscard]] bool is_id_of_git_object(std::string_view id, std::string_view type, ByteView bytes);

}  // namespace signet::sigstore
