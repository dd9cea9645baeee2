// The store of one Sigstore instance: its TUF repository's metadata, and the copy from which its trusted root is read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/tuf/updater.h"
#include "sigstore/tuf/verified_copy.h"

namespace signet::sigstore::tuf {

/// The targets that a Sigstore instance publishes for its clients. Without the second it is for verification alone.
inline constexpr std::string_view kTrustedRootTarget = "trusted_root.json";
inline constexpr std::string_view kSigningConfigTarget = "signing_config.v0.2.json";

/// Where a repository lies: its base URL, without a slash at the end, and the root.json that is believed.
struct Anchor {
  std::string url;
  std::string root;
};

/// The folder of a repository below the cache: another root for the same URL has another one, and inherits nothing.
/// "<host>-<16 hexadecimal digits>".
[[nodiscard]] std::filesystem::path store_folder(const std::filesystem::path& cache, const Anchor& anchor);

/// One run of the client: the workflow, both targets, and then the copy, under the store's lock.
///
/// @param folder    store_folder(); made where it is not there, closed to everybody else
/// @param deadline  for the lock alone: `fetch` has deadlines of its own
/// @error Deadline       another program is updating it
/// @error NotVerified    what was served does not verify, or its trusted_root.json is no target of the root's targets
/// @error LimitExceeded  a target is longer than 1 MiB
/// @error others         as Updater
[[nodiscard]] Result<VerifiedCopy> update_store(const std::filesystem::path& folder, const Anchor& anchor,
                                                const Fetch& fetch, WallTime now, Deadline deadline,
                                                const OnNote& on_note = {});

}  // namespace signet::sigstore::tuf
