// What git calls an object: the hash of its type, size and bytes.
#pragma once

#include <string>
#include <string_view>

#include "common/bytes.h"

namespace signet::sigstore {

/// The name that git gives an object of a repository with SHA-1: 40 hexadecimal digits.
///
/// @param type    "commit", "tag", "tree" or "blob"
/// @param stored  as `git cat-file` prints it, signature included
[[nodiscard]] std::string git_object_name(std::string_view type, ByteView stored);

/// True where the id is the hash of "TYPE SIZE", a NUL byte and these bytes: SHA-1 for 40 digits, SHA-256 for 64.
///
/// git reads an object by its place and takes its word for it: a folder that somebody else wrote may hold other bytes
/// there. SHA-1 says here which object is meant, and never that a signature is good.
///
/// @param id  lower-case hexadecimal digits
[[nodiscard]] bool is_id_of_git_object(std::string_view id, std::string_view type, ByteView stored);

}  // namespace signet::sigstore
