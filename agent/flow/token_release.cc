#include "agent/flow/token_release.h"

#include <chrono>
#include <utility>

#include "agent/flow/deadlines.h"

namespace signet::agent {
namespace {

// A second for a module to leave its token in order, and time to be scheduled.
constexpr std::chrono::seconds kEnding{5};

Subject subject_for(Operation operation, const std::string& token) {
  return Subject{.operation = operation, .kind = "token", .summary = "token " + token};
}

}  // namespace

Awaitable<Result<protocol::ReleaseReply>> release_token(AuditLog& audit, Tokens& tokens, const Approval& approval,
                                                        std::string name) {
  auto token = tokens.find(name);
  if (!token) co_return fail(std::move(token.error()));
  Subject subject = subject_for(Operation::ReleaseToken, name);
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  const bool was_held = (*token)->release();
  auto gone = co_await (*token)->worker().wait_until_gone(Deadline::after(kEnding));
  Outcome outcome;
  if (!gone) outcome.error = gone.error();
  auto recorded = co_await audit.outcome(*intent, std::move(outcome), Deadline::after(kAuditTime));
  if (!recorded) co_return fail(std::move(recorded.error()));
  if (!gone) co_return fail(std::move(gone.error()));
  co_return protocol::ReleaseReply{.was_held = was_held};
}

Awaitable<Result<void>> reacquire_token(AuditLog& audit, Tokens& tokens, const Approval& approval, std::string name) {
  auto token = tokens.find(name);
  if (!token) co_return fail(std::move(token.error()));
  Subject subject = subject_for(Operation::ReacquireToken, name);
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  (*token)->worker().reacquire();
  Outcome outcome;
  co_return co_await audit.outcome(*intent, std::move(outcome), Deadline::after(kAuditTime));
}

}  // namespace signet::agent
