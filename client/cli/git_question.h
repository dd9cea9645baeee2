// What a verb asks about commits and tags: which, with what lies beside them, and whom it expects.
#pragma once

#include <cstdint>
#include <vector>

#include "client/cli/git_evidence.h"
#include "client/cli/output.h"
#include "client/cli/trust.h"
#include "client/cli/verb.h"
#include "common/error.h"

namespace signet::cli {

struct GitQuestion {
  std::vector<TrustChoice> choices;  ///< not empty
  std::vector<GitEvidence> objects;
};

enum class Expecting : std::uint8_t {
  Somebody,  ///< whom the flags or [verify] allowed name
  Anybody,   ///< the same, and where they name nobody everybody is shown
};

/// Reads the flags of trust_wish() and the operands of find_revisions(). What of it a person should know is said:
/// trust roots that are old, notes that were not read.
///
/// @error as trust_wish(), choose_trust(), find_revisions() and read_git_evidence()
[[nodiscard]] Result<GitQuestion> read_git_question(const Arguments& arguments, Expecting expecting,
                                                    const Output& output);

}  // namespace signet::cli
