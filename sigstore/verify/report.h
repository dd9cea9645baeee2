// Every check of a verification with its result, made on success and on refusal alike: what `signet verify -v` shows.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sigstore/verify/refusal.h"
#include "sigstore/verify/verified_bundle.h"

namespace signet::sigstore {

/// The checks in the order in which they run on a bundle. Those of a log entry and of a timestamp run for each of them.
enum class CheckName : std::uint8_t {
  Bundle,            ///< 0: strict JSON with the structure of its version
  KeyMaterial,       ///< 1: a certificate where an identity is expected, or a bare key where a key is
  Log,               ///< 2: the entry is in a log of the trusted root
  InclusionPromise,  ///< 2: Rekor v1's SET
  Checkpoint,        ///< 2: the head that the log signed
  InclusionProof,    ///< 2: the entry is under that head
  LogRecord,         ///< 2: the entry is of this signature, key and envelope
  LogCount,          ///< 2: in as many logs as the policy demands
  Timestamp,         ///< 3: an RFC 3161 timestamp
  LogTime,           ///< 3: the time of a SET
  TimeCount,         ///< 3: as many sources of time as the policy demands
  Chain,             ///< 4: a path to a CA of the trusted root, valid at every time
  Scts,              ///< 5: in as many CT logs as the policy demands
  LeafProfile,       ///< 6: a code-signing certificate with one name
  Identity,          ///< 7: a signer who is expected
  Algorithm,         ///< 8: key and hash are a pair of the registry
  Signature,         ///< 8: by the certificate's key over this content
  Artifact,          ///< 8: the content is what the caller holds
};

inline constexpr std::size_t kCheckCount = static_cast<std::size_t>(CheckName::Artifact) + 1;

/// "inclusion proof" and so on.
[[nodiscard]] std::string_view check_text(CheckName name);
/// The verification step that it belongs to (verifier.h).
[[nodiscard]] int check_step(CheckName name);

/// Each check once.
using CheckOrder = std::array<CheckName, kCheckCount>;
/// Of a bundle: that of the enumeration, as the specification numbers the steps.
[[nodiscard]] const CheckOrder& bundle_order();
/// Of a git signature: signature and artifact come right behind the key material. Whether it is over these bytes by the
/// key in its own certificate is known before any question of trust, and none can hide the answer.
[[nodiscard]] const CheckOrder& git_order();

enum class Outcome : std::uint8_t {
  Passed,
  Refused,
  NotReached,   ///< an earlier check refused
  NotAskedFor,  ///< the policy does not demand it, or there is nothing to check
};

/// "passed", "refused", "not reached", "not asked for".
[[nodiscard]] std::string_view outcome_text(Outcome outcome);

struct Check {
  CheckName name = CheckName::Bundle;
  Outcome outcome = Outcome::NotReached;
  /// What was found; of a refusal its sentence with expected and found; empty where it was not reached. Hostile text:
  /// display_text() before it is shown.
  std::string detail = {};
};

/// A verdict and how it came about.
struct Examination {
  std::vector<Check> checks;  ///< every CheckName at least once, in the order in which they run
  Verdict<VerifiedBundle> verdict;
};

/// Collects the checks of one verification. After the first refusal nothing is added.
class Findings {
 public:
  /// @param order  in which the checks run; must outlive it
  explicit Findings(const CheckOrder& order = bundle_order()) : order_(order) {}

  void pass(CheckName name, std::string detail);
  void skip(CheckName name, std::string why);
  /// Notes the refusal and hands it on, as refused() does.
  [[nodiscard]] std::unexpected<Refusal> refuse(CheckName name, Refusal refusal);

  /// The checks, and those that were never reached.
  [[nodiscard]] std::vector<Check> finish() &&;

 private:
  [[nodiscard]] std::ptrdiff_t place_of(CheckName name) const;

  const CheckOrder& order_;
  std::vector<Check> checks_;
};

}  // namespace signet::sigstore
