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

Result<void> SshLock::lock(const Secret& password) {
  if (password.empty()) return fail(ErrorCode::InvalidRequest, "an empty password locks nothing");
  if (locked()) return fail(ErrorCode::Locked, "the ssh socket is locked already", "unlock it: ssh-add -X");
  auto known = sigstore::KnownPassword::make(password.reveal());
  if (!known) return fail(std::move(known.error()));
  password_.emplace(std::move(*known));
  failures_ = 0;
  return {};
}

Awaitable<Result<void>> SshLock::unlock(const Secret& password) {
  auto turn = co_await attempts_.enter(Deadline::after(kPatience));
  if (!turn) co_return fail(std::move(turn.error()));
  if (!locked()) co_return fail(ErrorCode::InvalidRequest, "the ssh socket is not locked");
  if (password_->matches(password.reveal())) {
    password_.reset();
    failures_ = 0;
    co_return Result<void>();
  }
  failures_ = std::min(failures_ + 1, kMaxDelays);
  // Also for one who hangs up: or each would come on a connection of its own and leave at once.
  Bell nobody_rings(executor_);
  co_await nobody_rings.wait_regardless(Deadline::after(kDelay * failures_));
  co_return fail(ErrorCode::NotAuthorized, "a wrong password for the locked ssh socket", "ssh-add -X asks again");
}

}  // namespace signet::agent
