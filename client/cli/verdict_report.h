// How a verdict is shown: to people and to programs.
#pragma once

#include <string>
#include <string_view>

#include "client/cli/verdict.h"
#include "json/value.h"

namespace signet::cli {

/// "verified: NAME" or "refused: NAME" with its rows.
[[nodiscard]] std::string verdict_text(std::string_view name, const Judged& judged);

/// What the CA says about the build, and the checks step by step: what was found, refused and not reached.
[[nodiscard]] std::string checks_text(const Judged& judged);

/// The same for programs: member "verified" and the facts or the refusal.
[[nodiscard]] json::Object verdict_object(std::string_view name, const Judged& judged);

}  // namespace signet::cli
