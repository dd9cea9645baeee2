// The steps of one verification of one bundle. Private to verify/: verifier.h is the door.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/chain.h"
#include "sigstore/verify/leaf_profile.h"
#include "sigstore/verify/log_check.h"
#include "sigstore/verify/policy.h"
#include "sigstore/verify/report.h"
#include "sigstore/verify/signed_content.h"
#include "sigstore/verify/signer.h"
#include "sigstore/verify/verified_bundle.h"

namespace signet::sigstore {

/// Step 8's last part, which alone differs between a file, a statement and a git object.
using ContentCheck = std::function<Verdict<std::optional<Statement>>()>;

/// When signature and content are looked at.
enum class ContentTurn : std::uint8_t {
  Last,   ///< as the specification numbers the steps
  First,  ///< before any question of trust (git_order()); the content is a message
};

/// Each step takes what the earlier ones verified and leaves what it verified itself. Runs once.
class Verification {
 public:
  /// @param bundle, root, policy  must outlive it
  Verification(const Bundle& bundle, const TrustedRoot& root, const IdentityPolicy& policy, ContentCheck content,
               ContentTurn turn = ContentTurn::Last);

  [[nodiscard]] Examination examine();

 private:
  using Step = Verdict<void> (Verification::*)();
  [[nodiscard]] std::span<const Step> steps() const;
  Verdict<void> run_steps();
  Verdict<void> read_key_material();
  Verdict<void> read_certificate();
  Verdict<void> check_log_entries();
  Verdict<void> check_times();
  Verdict<void> check_log_times();
  Verdict<void> check_chain();
  Verdict<void> check_scts();
  Verdict<void> check_leaf_profile();
  Verdict<void> check_expectation();
  Verdict<void> check_hash();
  Verdict<void> check_content();
  VerifiedBundle report();

  [[nodiscard]] bool expects_key() const { return policy_.key().has_value(); }
  [[nodiscard]] std::vector<const LogBody*> records() const;

  const Bundle& bundle_;
  const TrustedRoot& root_;
  const IdentityPolicy& policy_;
  ContentCheck is_expected_content_;
  const ContentTurn turn_;
  SignedContent content_;
  Findings findings_;

  std::optional<Signer> signer_;           // 1
  std::vector<VerifiedLogEntry> entries_;  // 2
  std::vector<VerifiedTime> times_;        // 3
  std::optional<VerifiedChain> chain_;     // 4
  LeafIdentity identity_;                  // 6
  std::optional<Statement> statement_;     // 8
};

}  // namespace signet::sigstore
