#include "agent/approval/approval.h"

#include <utility>

namespace signet::agent {

Result<Approval> approve(Decision decision) {
  if (decision.refusal()) return fail(*decision.refusal());
  return Approval(std::make_shared<const Decision>(std::move(decision)));
}

}  // namespace signet::agent
