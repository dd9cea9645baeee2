#include "agent/flow/login.h"

#include <utility>

#include "agent/flow/deadlines.h"

namespace signet::agent {

Awaitable<Result<protocol::LoginReply>> log_in(AuditLog& audit, Logins& logins, const Approval& approval,
                                               Secret id_token) {
  const config::Identity& identity = *approval.decision().identity();
  Subject subject{.operation = Operation::Login};  // no temporary in what is awaited: GCC 12 destroys it wrongly
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  auto until = logins.keep(std::move(id_token), identity);
  Outcome outcome;
  if (until) {
    outcome.note = "valid until " + encode_rfc3339(*until);
  } else {
    outcome.error = until.error();
  }
  auto recorded = co_await audit.outcome(*intent, std::move(outcome), Deadline::after(kAuditTime));
  if (!recorded) co_return fail(std::move(recorded.error()));
  if (!until) co_return fail(std::move(until.error()));
  co_return protocol::LoginReply{
      .identity = identity.name, .san = identity.san, .issuer = identity.issuer, .until = encode_rfc3339(*until)};
}

Awaitable<Result<void>> log_out(AuditLog& audit, Logins& logins, Certificates& certificates, const Approval& approval) {
  Subject subject{.operation = Operation::Logout};  // no temporary in what is awaited: GCC 12 destroys it wrongly
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  if (const config::Identity* identity = approval.decision().identity(); identity != nullptr) {
    logins.forget(identity->name);
    certificates.forget(identity->name);
  } else {
    logins.forget_all();
    certificates.forget_all();
  }
  Outcome outcome;
  co_return co_await audit.outcome(*intent, std::move(outcome), Deadline::after(kAuditTime));
}

}  // namespace signet::agent
