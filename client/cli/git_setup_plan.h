// What git has to be told so that it signs with signet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/git_trial.h"
#include "common/error.h"

namespace signet::cli {

enum class GitFormat : std::uint8_t { X509, Ssh };

struct SetupWish {
  GitFormat format = GitFormat::X509;
  std::optional<std::string> identity{};  ///< nothing: git's committer chooses it, at each signature
  bool commits = true;                    ///< every commit, not only where -S asks
  bool tags = false;                      ///< every tag, too
};

/// The keys in the order in which they are shown.
///
/// @error WorkerFailed  signet-git is not where it belongs
/// @error NotBuiltYet   the format ssh
[[nodiscard]] Result<std::vector<GitSetting>> plan_settings(const SetupWish& wish);

}  // namespace signet::cli
