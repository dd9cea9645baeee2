// Whom a verification expects, and how much must vouch for it. There is no verification without it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/verify/claims.h"
#include "sigstore/verify/expected_text.h"
#include "sigstore/verify/leaf_profile.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// All that is said must hold.
struct ExpectedIdentity {
  ExpectedText san;
  ExpectedText issuer;
  std::optional<SanKind> san_kind = {};  ///< nothing: an e-mail address, a URI or a user name
  std::vector<Claim> claims = {};        ///< each must be there with this very value
};

/// How many must vouch. Instances of one operator count once, and so do several entries, SCTs or timestamps of one log
/// or authority.
struct Thresholds {
  unsigned logs = 1;   ///< logs that hold the signature
  unsigned scts = 1;   ///< CT logs that hold the certificate
  unsigned times = 1;  ///< sources of time: timestamp authorities, and logs with a signed time
};

/// One of several identities, or a key. Cannot be empty.
class IdentityPolicy {
 public:
  /// @error InvalidRequest  no identity, or one with an empty SAN or issuer
  [[nodiscard]] static Result<IdentityPolicy> any_of(std::vector<ExpectedIdentity> identities);

  /// Whoever holds this key, with no certificate: for bundles whose key material is a public key.
  [[nodiscard]] static IdentityPolicy holder_of(PublicKey key);

  /// Refuses nobody: for showing who signed where nobody said whom to expect. The caller must say so in its output
  /// (git: TRUST_UNDEFINED).
  [[nodiscard]] static IdentityPolicy anybody_unsafe();

  /// The same with other thresholds: 0 for an instance that has no log or no CT log.
  ///
  /// @error InvalidRequest  no source of time for certificates, which were valid for minutes
  [[nodiscard]] Result<IdentityPolicy> with(const Thresholds& thresholds) const;

  [[nodiscard]] const std::vector<ExpectedIdentity>& identities() const { return identities_; }
  /// Where a key is expected; else nothing.
  [[nodiscard]] const std::optional<PublicKey>& key() const { return key_; }
  [[nodiscard]] bool expects_nobody() const { return takes_anybody_; }
  [[nodiscard]] const Thresholds& thresholds() const { return thresholds_; }

 private:
  IdentityPolicy(std::vector<ExpectedIdentity> identities, std::optional<PublicKey> key, bool takes_anybody)
      : identities_(std::move(identities)), key_(std::move(key)), takes_anybody_(takes_anybody) {}
  std::vector<ExpectedIdentity> identities_;
  std::optional<PublicKey> key_;
  bool takes_anybody_;  // told apart from a list that is empty because somebody moved it away: that one takes nobody
  Thresholds thresholds_;
};

/// Step 7: is the signer one of those who are expected? A policy that expects nobody takes everybody.
///
/// @error IdentityMismatch  nobody with that SAN, or with a SAN of that kind, is expected
/// @error IssuerMismatch    somebody with that SAN is, of another issuer
/// @error ClaimMismatch     somebody with that SAN and issuer is, from another build
[[nodiscard]] Verdict<void> check_identity(const IdentityPolicy& policy, const LeafIdentity& signer);

}  // namespace signet::sigstore
