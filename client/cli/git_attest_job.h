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
  [[nodiscard]] bool is_attested() const { return statement.empty(); }
};

struct GitAttestJob {
  protocol::IdentityInfo identity;
  std::vector<CommitToAttest> commits;
  std::vector<std::string> warnings{};  ///< of signatures that were not looked at: for a person, safe to show
};

/// Reads commits and notes, and asks the agent whose signature it is about. Nothing is signed.
///
/// A commit whose note has a bundle by the identity over the same statement is attested already (AttestedBy); with
/// --again it is attested once more. Any
/// other must be one whose evidence a verifier may take: its own signature, where it has one, is not wrong, and an SSH
/// signature is by a key of the identity, unless --countersign is given.
///
/// @error InvalidRequest  no such commit, or one that cannot be read strictly
/// @error LimitExceeded   too many, or one whose statement is larger than the agent takes
/// @error NotVerified     a commit's own signature is wrong
/// @error KeyUnsuitable   a commit is signed by an SSH key that is none of the identity's; both are named
/// @error IdentityNotFound  the agent has no such identity, or no default one
/// @error as run_git(), AgentClient::identities()
[[nodiscard]] Result<GitAttestJob> read_git_attest_job(const Arguments& arguments);

}  // namespace signet::cli
