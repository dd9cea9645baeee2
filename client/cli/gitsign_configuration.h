// What git's configuration says to gitsign, and what means the same to signet.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "client/cli/git_configuration.h"
#include "json/value.h"

namespace signet::cli {

/// One of gitsign's keys and its answer.
struct GitsignKey {
  std::string key;                ///< "gitsign.matchCommitter"
  std::string value;              ///< as it stands there
  std::string answer;             ///< one sentence
  bool is_of_repository = false;  ///< a repository's own configuration has it: nothing was taken from it
};

/// Every gitsign.* that git sees, in the order of its listing. Which services and whose identity to believe only the
/// user's and the system's configuration may say: a repository brings its own with it. The key of one is listed, and
/// answered with that.
[[nodiscard]] std::vector<GitsignKey> understand_gitsign(std::span<const GitEntry> entries);

/// A paragraph for people, safe to show; nothing where there are no keys.
[[nodiscard]] std::string gitsign_text(const std::vector<GitsignKey>& keys);
[[nodiscard]] json::Array gitsign_array(const std::vector<GitsignKey>& keys);

}  // namespace signet::cli
