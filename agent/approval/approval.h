// The right to go on: a decision that somebody stands behind. A value that only approval/ can make; whoever signs takes
// it as an argument.
//
// In this version the owner's configuration is what stands behind it; nobody is asked.
#pragma once

#include <memory>
#include <string_view>

#include "agent/policy/decision.h"
#include "common/error.h"

namespace signet::agent {

/// Cheap to copy; the decision is shared and never changes.
class Approval {
 public:
  [[nodiscard]] const Decision& decision() const { return *decision_; }
  /// Who approved: "configuration".
  [[nodiscard]] std::string_view by() const { return "configuration"; }

 private:
  friend Result<Approval> approve(Decision decision);
  explicit Approval(std::shared_ptr<const Decision> decision) : decision_(std::move(decision)) {}
  std::shared_ptr<const Decision> decision_;
};

/// @error  the decision's refusal, where it was no
[[nodiscard]] Result<Approval> approve(Decision decision);

}  // namespace signet::agent
