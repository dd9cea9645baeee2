#include "agent/ssh/ssh_lock.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/loop/bell.h"

namespace signet::agent {
namespace {

constexpr std::chrono::milliseconds kDelay{100};
constexpr std::size_t kMaxDelays = 100;
// For a turn among attempts that each take the longest.
constexpr std::chrono::minutes kPatience{5};

}  // namespace

SshLock::SshLock(boost::asio::any_io_executor executor) : attempts_(executor, 1), executor_(std::move(executor)) {}

Result<void> SshLock::check_open_since(std::size_t times) const {
  if (times == times_) return {};
  return fail(ErrorCode::Locked, "the ssh socket was locked meanwhile",
              locked() ? "unlock it: ssh-add -X" : "it is open again: ask anew");
}

Result<void> SshLock::lock(const Secret& password) {
  if (password.empty()) return fail(ErrorCode::InvalidRequest, "an empty password locks nothing");
  if (locked()) return fail(ErrorCode::Locked, "the ssh socket is locked already", "unlock it: ssh-add -X");
  auto known = sigstore::KnownPassword::make(password.reveal());
  if (!known) return fail(std::move(known.error()));
  password_.emplace(std::move(*known));
  ++times_;
  failures_ = 0;
  return {};
}

// Whoever hangs up meanwhile leaves the wait to the next one: or each would come on a connection of its own.
Awaitable<Result<void>> SshLock::wait_for_the_next_attempt() {
  Bell nobody_rings(executor_);
  while (!next_attempt_.passed()) {
    auto rung = co_await nobody_rings.wait(next_attempt_);
    if (!rung && rung.error().code == ErrorCode::Cancelled) co_return rung;
  }
  co_return Result<void>();
}

Awaitable<Result<void>> SshLock::unlock(const Secret& password) {
  auto turn = co_await attempts_.enter(Deadline::after(kPatience));
  if (!turn) co_return fail(std::move(turn.error()));
  auto patience = co_await wait_for_the_next_attempt();
  if (!patience) co_return patience;
  if (!locked()) co_return fail(ErrorCode::InvalidRequest, "the ssh socket is not locked");
  if (password_->matches(password.reveal())) {
    password_.reset();
    failures_ = 0;
    co_return Result<void>();
  }
  failures_ = std::min(failures_ + 1, kMaxDelays);
  next_attempt_ = Deadline::after(kDelay * failures_);
  patience = co_await wait_for_the_next_attempt();
  if (!patience) co_return patience;
  co_return fail(ErrorCode::NotAuthorized, "a wrong password for the locked ssh socket", "ssh-add -X asks again");
}

}  // namespace signet::agent
