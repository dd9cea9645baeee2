// Whom a verification expects, under which trusted root: from the command line, the environment and the configuration.
//
// Never from the folder that happens to be the current one, and never one instance's identities under another's root.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/verb.h"
#include "common/error.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/policy.h"

namespace signet::cli {

/// One instance: its root and those who may sign in it.
struct TrustChoice {
  std::string instance;  ///< its name; "trusted root FILE" where the root was named directly
  sigstore::TrustedRoot root;
  sigstore::IdentityPolicy policy;
  std::optional<std::string> warning{};  ///< age_warning(): for the one who reads the result
};

struct TrustWish {
  std::optional<sigstore::IdentityPolicy> policy{};  ///< who is expected; nothing: whom the configuration allows
  sigstore::Thresholds thresholds{};                 ///< for those whom the configuration allows
  std::optional<std::string> trusted_root{};         ///< a file
  std::optional<std::string> instance{};
  /// Without anybody expected, show who signed (git) instead of refusing.
  bool may_expect_nobody = false;
};

/// What the flags of `signet verify` wish for; SIGNET_TRUSTED_ROOT counts where neither a root nor an instance is
/// named.
///
/// @error InvalidRequest  all of read_expectation(), or that variable holds a relative path
[[nodiscard]] Result<TrustWish> trust_wish(const Arguments& arguments);

/// Writes the choices' warnings to standard error, each once.
void show_warnings(const std::vector<TrustChoice>& choices);

/// At least one choice; a signature is good where one of them accepts it.
///
/// With a policy: under the named root, else the named instance's, else the only instance's. Without: each
/// instance of [verify] allowed with its own entries; a named root then narrows them to the instances whose root it is.
/// The shipped instances need no configuration: where no instance is configured, "public-good" is the only one.
///
/// @error InvalidRequest  PolicyMissing: nobody is expected and that was not wished; a root and an instance at
/// once; an unknown instance; a root or configuration that cannot be read; an instance whose TUF repository was never
/// asked; thresholds without a source of time
/// @error RepositoryUnavailable  what is stored of an instance's TUF repository does not verify
[[nodiscard]] Result<std::vector<TrustChoice>> choose_trust(const TrustWish& wish);

}  // namespace signet::cli
