// Whom an instance says to believe, and which services to use, as far as this machine knows it without a network.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "sigstore/tuf/instance_store.h"

namespace signet::sigstore::tuf {

/// An instance whose trust comes from a TUF repository, as the configuration says it.
struct TrustSource {
  std::string name;
  std::string url{};             ///< without a slash at the end; empty: one of shipped_instances()
  std::filesystem::path root{};  ///< root.json, where there is a URL
};

/// The URL and the root that is believed.
///
/// @error InvalidRequest  the file cannot be read or others could change it, or no instance of that name is shipped
/// @error LimitExceeded   the file is longer than a root may be
[[nodiscard]] Result<Anchor> read_anchor(const TrustSource& source);

struct InstanceTrust {
  std::string trusted_root;                     ///< JSON
  std::optional<std::string> signing_config{};  ///< JSON; without it the instance is for verification alone
  std::optional<VerifiedCopy> copy{};  ///< where both come from; nothing: they are as shipped with this program
  std::optional<Error> why_shipped{};  ///< why a copy that is there was not used
};

/// What the last update left, verified; where there is none, or it does not verify, what is shipped.
///
/// @param cache  below which the stores lie: nobody else may write there
/// @error InvalidRequest  no update was ever made and nothing is shipped; the remedy is `signet trust update NAME`. Or
///                        as read_anchor()
/// @error NotVerified     what is stored does not verify and nothing is shipped
/// @error InvalidRequest  what is stored cannot be read or others could change it, and nothing is shipped; the remedy
///                        says what to change
[[nodiscard]] Result<InstanceTrust> read_instance_trust(const TrustSource& source, const std::filesystem::path& cache);

}  // namespace signet::sigstore::tuf
