// What `signet git attest` has to do: which commits, by whom, and the statement about each.
#pragma once

#include <string>
#include <vector>

#include "client/cli/verb.h"
#include "common/error.h"
#include "protocol/agent_messages.h"

namespace signet::cli {

struct CommitToAttest {
  std::string id;
  std::string title;      ///< the first line of its message, as it stands there
  std::string statement;  ///< as it is signed; empty where the evidence is there already
  std::string signature;  ///< the commit's own, armored; empty where it has none
  [[nodiscard]] bool is_attested() const { return statement.empty(); }
};

struct GitAttestJob {
  protocol::IdentityInfo identity;
  std::vector<CommitToAttest> commits;
  std::vector<std::string> warnings;  ///< of evidence that nobody will take: for a person, safe to show
};

/// Reads commits and notes, and asks the agent whose signature it is about. Nothing is signed.
///
/// A commit that has a note with a bundle by the identity's key over the same statement is attested already; with
/// --again it is attested once more.
///
/// @error InvalidRequest  no such commit, or one that cannot be read strictly
/// @error LimitExceeded   too many, or one whose statement is larger than the agent takes
/// @error IdentityNotFound  the agent has no such identity, or no default one
/// @error as run_git(), AgentClient::identities()
[[nodiscard]] Result<GitAttestJob> read_git_attest_job(const Arguments& arguments);

}  // namespace signet::cli
