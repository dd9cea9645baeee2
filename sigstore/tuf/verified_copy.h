// One file with all that a program needs to believe a repository's targets without a network: the roots after the
// anchor, timestamp, snapshot, targets, and the target files, as they were when an update last ended well.
//
// It is replaced as a whole, so that who reads it sees one state of the repository and needs no lock. Nothing in it is
// believed because it is there: each reading verifies the whole chain, from the anchor that comes with the program or
// its configuration.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/tuf/metadata.h"

namespace signet::sigstore::tuf {

/// Its name in a store.
inline constexpr std::string_view kVerifiedCopy = "verified.json";
/// More than the largest parts that it may have are long together, in base64.
inline constexpr std::size_t kMaxVerifiedCopy = std::size_t{32} * 1024 * 1024;

/// The parts, byte for byte as they were received.
struct CopyParts {
  std::string url;       ///< of the repository
  WallTime refreshed{};  ///< when the update ended
  std::vector<std::string> roots;
  std::string timestamp;
  std::string snapshot;
  std::string targets;
  std::map<std::string, std::string, std::less<>> files;  ///< by target path
};

[[nodiscard]] std::string encode_copy(const CopyParts& parts);

/// What a copy says, all of it verified. Expired parts are no error: who asks offline is told how old they are.
struct VerifiedCopy {
  WallTime refreshed{};
  Header root;
  Header timestamp;
  Header snapshot;
  Header targets;
  std::vector<std::string> roots;                         ///< after the anchor, byte for byte as received
  std::map<std::string, std::string, std::less<>> files;  ///< by target path
};

/// @param anchor  root.json that is believed
/// @param url     the repository that the copy must be of
/// @error NotVerified     no copy, one of another repository, or a part that does not verify; the message names it
/// @error InvalidRequest  an anchor that is none
/// @error LimitExceeded   larger than 32 MiB
[[nodiscard]] Result<VerifiedCopy> open_copy(std::string_view json, std::string_view anchor, std::string_view url);

}  // namespace signet::sigstore::tuf
