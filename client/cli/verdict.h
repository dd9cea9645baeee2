// A verdict under several trust choices, and how it is shown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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
  std::string instance;                   ///< of the choice that accepted, or came nearest
  std::optional<Attested> attested = {};  ///< where an attestation was verified
};

using Judge = std::function<sigstore::Verdict<sigstore::VerifiedBundle>(const TrustChoice&)>;

/// Asks each choice in turn: the first that accepts, else the refusal of the latest step. `choices` is not empty.
[[nodiscard]] Judged judge(const std::vector<TrustChoice>& choices, const Judge& ask);

/// What a person may do about a refusal; one for each code.
[[nodiscard]] std::string_view refusal_remedy(sigstore::RefusalCode code);

/// "verified: NAME" or "refused: NAME" with its rows.
[[nodiscard]] std::string verdict_text(std::string_view name, const Judged& judged);

/// The same for programs: member "verified" and the facts or the refusal.
[[nodiscard]] json::Object verdict_object(std::string_view name, const Judged& judged);

}  // namespace signet::cli
