#include "agent/flow/admission.h"

#include <utility>

#include "agent/flow/deadlines.h"

namespace signet::agent {

Awaitable<Result<Approval>> admit(AuditLog& audit, Decision decision) {
  if (!decision.allowed()) {
    auto written = co_await audit.denied(decision, Deadline::after(kAuditTime));
    if (!written) co_return fail(std::move(written.error()));
  }
  co_return approve(std::move(decision));
}

}  // namespace signet::agent
