// Names from metadata as parts of URLs and as names of files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signet::sigstore::tuf {

/// Everything but letters, digits and "-._~" as %XX (RFC 3986 §2.3), slashes too: one component, whatever it holds.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The same but for slashes: a path below a base URL.
[[nodiscard]] std::string percent_encode_path(std::string_view path);

/// "dir/file" with a hash as it stands in a repository with consistent snapshots: "dir/<hash>.file", in
/// percent-encoding.
[[nodiscard]] std::string hashed_path(std::string_view path, std::string_view hash_hex);

/// Where a store keeps a root after the anchor: "root_history/<N>.root.json".
[[nodiscard]] std::string root_history_name(std::int64_t version);

}  // namespace signet::sigstore::tuf
