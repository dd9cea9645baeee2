#include "agent/flow/ssh_locking.h"

#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/flow/pins.h"

namespace signet::agent {
namespace {

Subject subject_for(Operation operation) {
  return {.operation = operation, .kind = "ssh", .summary = "the ssh agent's socket"};
}

Awaitable<Result<void>> record(AuditLog& audit, const Intent& intent, const Result<void>& done) {
  Outcome outcome;
  if (!done) outcome.error = done.error();
  auto written = co_await audit.outcome(intent, std::move(outcome), Deadline::after(kAuditTime));
  if (!written) co_return written;
  co_return done;
}

}  // namespace

Awaitable<Result<void>> lock_ssh(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                 const Approval& approval, std::function<Result<void>()> shut) {
  auto subject = subject_for(Operation::SshLock);
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  const Result<void> done = shut();
  auto recorded = co_await record(audit, *intent, done);
  if (!recorded) co_return recorded;
  auto forgotten = co_await forget_entered_pins(std::move(executor), audit, tokens, approval);
  (void)forgotten;
  co_return recorded;
}

Awaitable<Result<void>> unlock_ssh(AuditLog& audit, const Approval& approval,
                                   std::function<Awaitable<Result<void>>()> open) {
  auto subject = subject_for(Operation::SshUnlock);
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  const Result<void> done = co_await open();
  co_return co_await record(audit, *intent, done);
}

}  // namespace signet::agent
