// What a verification found out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/time.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/verify/claims.h"
#include "sigstore/verify/leaf_profile.h"

namespace signet::sigstore {

/// A signing time and who vouches for it.
struct VerifiedTime {
  WallTime time;
  std::string source;  ///< the timestamp authority's URI, or the name of the log that signed an entry's time
  bool is_log = false;
};

/// Where the signature is logged.
struct LoggedAt {
  std::string log;                     ///< its name: the host of its base URL
  std::int64_t index = 0;              ///< Rekor v1: in all shards together, as the log promised
  bool is_index_within_shard = false;  ///< Rekor v1 without a promise: the index is the proof's, within one shard
};

/// Only the functions of verifier.h make one: to have it is to have verified.
class VerifiedBundle {
 public:
  /// SAN and issuer; empty where a key was expected.
  [[nodiscard]] const std::string& san() const { return identity_.san; }
  [[nodiscard]] const std::string& issuer() const { return identity_.issuer; }
  [[nodiscard]] SanKind san_kind() const { return identity_.san_kind; }
  /// What the CA says about the build, in the order of the OIDs.
  [[nodiscard]] const std::vector<Claim>& claims() const { return identity_.claims; }
  /// False where a key was expected: then there is no certificate().
  [[nodiscard]] bool has_certificate() const { return certificate_.has_value(); }
  [[nodiscard]] const Certificate& certificate() const { return *certificate_; }
  /// The certificate's, or the one that was expected.
  [[nodiscard]] const PublicKey& key() const { return *key_; }
  /// The certificate was valid at each of them. At least one, but for a key where none was demanded.
  [[nodiscard]] const std::vector<VerifiedTime>& times() const { return times_; }
  /// At least one, unless the policy demands none.
  [[nodiscard]] const std::vector<LoggedAt>& logs() const { return logs_; }
  /// The first of logs(), or "" and -1.
  [[nodiscard]] std::string log_name() const { return logs_.empty() ? "" : logs_.front().log; }
  [[nodiscard]] std::int64_t log_index() const { return logs_.empty() ? -1 : logs_.front().index; }
  [[nodiscard]] const std::optional<Statement>& statement() const { return statement_; }
  /// False where the policy was IdentityPolicy::anybody_unsafe().
  [[nodiscard]] bool identity_was_expected() const { return identity_was_expected_; }

 private:
  friend class Verification;
  VerifiedBundle() = default;
  LeafIdentity identity_;
  std::optional<Certificate> certificate_;
  std::optional<PublicKey> key_;
  std::vector<VerifiedTime> times_;
  std::vector<LoggedAt> logs_;
  std::optional<Statement> statement_;
  bool identity_was_expected_ = false;
};

}  // namespace signet::sigstore
