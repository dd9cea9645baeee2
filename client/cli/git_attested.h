// Evidence that an identity has put beside a commit already.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "client/cli/trust.h"
#include "protocol/agent_messages.h"
#include "sigstore/git/commit_statement.h"

namespace signet::cli {

class AttestedBy {
 public:
  /// Reads the trust root of the identity's instance.
  explicit AttestedBy(const protocol::IdentityInfo& identity);

  /// True where the bundle is a statement by the identity about this very commit, by its own key, and verifies: by an
  /// expected certificate, at a time that is proved, logged unless the identity's log policy lets that wait.
  ///
  /// Where this machine has no trust root for it, the signature by the identity's own key alone must do; an ephemeral
  /// key is gone, and anybody can write a certificate for one with that name, so there nothing does.
  [[nodiscard]] bool has(std::string_view bundle, const sigstore::CommitSubject& commit) const;

 private:
  [[nodiscard]] bool is_ours(std::string_view bundle, const sigstore::CommitSubject& commit) const;

  const protocol::IdentityInfo& identity_;
  std::optional<std::vector<TrustChoice>> choices_;
};

}  // namespace signet::cli
