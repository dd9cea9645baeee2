#include "agent/flow/pins.h"

#include <tuple>
#include <utility>
#include <vector>

#include "agent/flow/deadlines.h"
#include "agent/loop/together.h"

namespace signet::agent {
namespace {

/// A keeper answers at once; what it ends is given a second.
constexpr std::chrono::seconds kLockTime{5};

// Writes the two lines around what was done.
Awaitable<Result<void>> record(AuditLog& audit, const Intent& intent, const Result<void>& done) {
  Outcome outcome;
  if (!done) outcome.error = done.error();
  co_return co_await audit.outcome(intent, std::move(outcome), Deadline::after(kAuditTime));
}

Result<std::vector<Token*>> meant_tokens(Tokens& tokens, const std::optional<std::string>& name) {
  if (!name) return tokens.all();
  auto token = tokens.find(*name);
  if (!token) return fail(std::move(token.error()));
  return std::vector<Token*>{*token};
}

// The first that is wrong is told; the others are locked all the same.
Awaitable<Result<void>> lock_all(boost::asio::any_io_executor executor, std::vector<Token*> tokens) {
  const Deadline deadline = Deadline::after(kLockTime);
  Result<void> all;
  std::vector<Job> jobs;
  jobs.reserve(tokens.size());
  for (Token* token : tokens) {
    jobs.emplace_back([&all, token, deadline]() -> Awaitable<bool> {
      auto done = co_await token->lock(deadline);
      if (!done && all) all = std::move(done);
      co_return true;
    });
  }
  co_await run_together(std::move(executor), std::move(jobs));
  co_return all;
}

Awaitable<Result<void>> lock_on_record(boost::asio::any_io_executor executor, AuditLog& audit, const Approval& approval,
                                       std::vector<Token*> meant, std::string summary) {
  Subject subject{.operation = Operation::Lock, .kind = "pin", .summary = std::move(summary)};
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  auto done = co_await lock_all(std::move(executor), std::move(meant));
  auto recorded = co_await record(audit, *intent, done);
  if (!recorded) co_return recorded;
  co_return done;
}

}  // namespace

Awaitable<Result<protocol::Heir>> admit_pin(AuditLog& audit, Tokens& tokens, const Approval& approval,
                                            protocol::EnterPinRequest request) {
  auto token = tokens.find(request.token);
  if (!token) co_return fail(std::move(token.error()));
  if (auto there = co_await (*token)->worker().wait_until_there(Deadline::after(kStatusTime)); !there) {
    co_return fail(std::move(there.error()));
  }
  Subject subject{.operation = Operation::EnterPin, .kind = "pin", .summary = "token " + request.token};
  auto intent = co_await audit.intent(approval, std::move(subject), Deadline::after(kAuditTime));
  if (!intent) co_return fail(std::move(intent.error()));
  const Result<void> handed;
  auto recorded = co_await record(audit, *intent, handed);
  if (!recorded) co_return fail(std::move(recorded.error()));
  // Where the keeper has gone meanwhile the connection closes, and its client sees that.
  co_return protocol::Heir(
      [token = *token](UniqueFd connection) { std::ignore = token->take_pin(std::move(connection)); });
}

Awaitable<Result<void>> lock_tokens(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                    const Approval& approval, protocol::LockRequest request) {
  auto meant = meant_tokens(tokens, request.token);
  if (!meant) co_return fail(std::move(meant.error()));
  std::string summary = request.token ? "token " + *request.token : "";
  co_return co_await lock_on_record(std::move(executor), audit, approval, std::move(*meant), std::move(summary));
}

Awaitable<Result<void>> forget_entered_pins(boost::asio::any_io_executor executor, AuditLog& audit, Tokens& tokens,
                                            const Approval& approval) {
  std::vector<Token*> meant = tokens.all();
  std::erase_if(meant, [](const Token* token) { return !token->has_persons_pin(); });
  if (meant.empty()) co_return Result<void>();
  co_return co_await lock_on_record(std::move(executor), audit, approval, std::move(meant),
                                    "PINs that persons entered");
}

}  // namespace signet::agent
