// A verdict under several trust choices.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/trust.h"
#include "json/value.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/verify/verifier.h"

namespace signet::cli {

/// What an attestation says of the file that was asked about.
struct Attested {
  sigstore::StatementSubject subject;
  json::Value predicate;
};

/// What one choice or the other said.
struct Judged {
  sigstore::Verdict<sigstore::VerifiedBundle> verdict;
  std::vector<sigstore::Check> checks;    ///< every check that was made, and those that were not reached
  std::string instance;                   ///< of the choice that accepted, or came nearest
  std::optional<Attested> attested = {};  ///< where an attestation was verified
};

using Judge = std::function<sigstore::Examination(const TrustChoice&)>;

/// Asks each choice in turn: the first that accepts, else the refusal of the latest step. `choices` is not empty.
[[nodiscard]] Judged judge(const std::vector<TrustChoice>& choices, const Judge& ask);

/// True where `one` was refused at a later step than `other`.
[[nodiscard]] bool came_further(const Judged& one, const Judged& other);

/// Takes an acceptance back: the content is not what was asked for.
void refuse_in_hindsight(Judged& judged, sigstore::Refusal refusal);

}  // namespace signet::cli
