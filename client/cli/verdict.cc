#include "client/cli/verdict.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace signet::cli {

Judged judge(const std::vector<TrustChoice>& choices, const Judge& ask) {
  std::optional<Judged> nearest;
  for (const TrustChoice& choice : choices) {
    auto examined = ask(choice);
    Judged judged{
        .verdict = std::move(examined.verdict), .checks = std::move(examined.checks), .instance = choice.instance};
    if (judged.verdict) return judged;
    if (!nearest || came_further(judged, *nearest)) nearest = std::move(judged);
  }
  return std::move(*nearest);
}

bool came_further(const Judged& one, const Judged& other) {
  return sigstore::refusal_step(one.verdict.error().code) > sigstore::refusal_step(other.verdict.error().code);
}

void refuse_in_hindsight(Judged& judged, sigstore::Refusal refusal) {
  const auto artifact = std::ranges::find(judged.checks, sigstore::CheckName::Artifact, &sigstore::Check::name);
  if (artifact != judged.checks.end()) {
    artifact->outcome = sigstore::Outcome::Refused;
    artifact->detail = refusal.what;
  }
  judged.verdict = sigstore::refused(std::move(refusal));
}

}  // namespace signet::cli
