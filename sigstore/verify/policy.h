// Whom a verification expects. There is no verification without it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// Both must match, byte for byte.
struct ExpectedIdentity {
  std::string san;
  std::string issuer;
};

/// One of these identities suffices. Cannot be empty.
class IdentityPolicy {
 public:
  /// @error InvalidRequest  no identity, or one with an empty SAN or issuer
  [[nodiscard]] static Result<IdentityPolicy> any_of(std::vector<ExpectedIdentity> identities);

  /// Refuses nobody: for showing who signed where nobody said whom to expect. The caller must say so in its output
  /// (git: TRUST_UNDEFINED).
  [[nodiscard]] static IdentityPolicy anybody_unsafe();

  [[nodiscard]] const std::vector<ExpectedIdentity>& identities() const { return identities_; }
  [[nodiscard]] bool expects_nobody() const { return takes_anybody_; }

 private:
  IdentityPolicy(std::vector<ExpectedIdentity> identities, bool takes_anybody)
      : identities_(std::move(identities)), takes_anybody_(takes_anybody) {}
  std::vector<ExpectedIdentity> identities_;
  bool takes_anybody_;  // told apart from a list that is empty because somebody moved it away: that one takes nobody
};

/// Step 7: is the signer one of those who are expected? A policy that expects nobody takes everybody.
///
/// @error IdentityMismatch  nobody with that SAN is expected
/// @error IssuerMismatch    somebody with that SAN is, of another issuer
[[nodiscard]] Verdict<void> check_identity(const IdentityPolicy& policy, std::string_view san, std::string_view issuer);

}  // namespace signet::sigstore
