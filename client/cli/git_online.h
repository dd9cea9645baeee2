// Commits and tags of gitsign's online mode, verified with what the instance's log says today.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cli/git_evidence.h"
#include "client/cli/trust.h"
#include "client/cli/verdict.h"

namespace signet::cli {

struct OnlineVerdict {
  std::optional<Judged> judged{};    ///< nothing: no log has an entry of it
  std::vector<std::string> notes{};  ///< logs that could not be asked, and why: safe to show
};

/// True where nothing but the log's entry is missing in an object's own signature, so that a log may have it.
[[nodiscard]] bool may_be_online(const GitEvidence& evidence, const Judged& offline);

/// Asks the logs of each choice's instance (signet-log) and verifies with what they have.
[[nodiscard]] OnlineVerdict judge_online(const GitEvidence& evidence, const std::vector<TrustChoice>& choices);

}  // namespace signet::cli
