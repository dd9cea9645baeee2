// Evidence that signet git attest would not ask for: the agent signs any statement about a commit.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/household.h"

namespace signet::test {

/// Has the household's identity attest a commit, whatever its own signature is, and adds that to its note. What fails
/// is a failure of the test.
void put_evidence_beside(const Household& house, const std::filesystem::path& repository, const std::string& revision);

}  // namespace signet::test
