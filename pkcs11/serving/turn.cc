#include "pkcs11/serving/turn.h"

#include <chrono>

#include "pkcs11/serving/caller.h"

namespace signet::pkcs11 {
namespace {

/// How soon a waiting thread notices that its peer has gone.
constexpr std::chrono::milliseconds kSlice{100};

template <typename Lock>
Result<Lock> wait_for(TokenLock& mutex, const Caller& caller, Deadline deadline) {
  Lock lock(mutex, std::defer_lock);
  while (!lock.try_lock_until(deadline.within(kSlice).point())) {
    if (caller.has_gone()) return fail(ErrorCode::Cancelled, "the peer went away before it was its turn");
    if (deadline.passed()) {
      return fail(ErrorCode::Deadline, "the token was at work for somebody else until the deadline", "try again");
    }
  }
  return lock;
}

}  // namespace

bool TokenLock::try_lock_until(TimePoint end) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_until(lock, end, [this] { return !alone_ && sharing_ == 0; })) return false;
  alone_ = true;
  return true;
}

bool TokenLock::try_lock_shared_until(TimePoint end) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_until(lock, end, [this] { return !alone_; })) return false;
  ++sharing_;
  return true;
}

void TokenLock::unlock() {
  {
    const std::lock_guard lock(mutex_);
    alone_ = false;
  }
  free_.notify_all();
}

void TokenLock::unlock_shared() {
  std::size_t left = 0;
  {
    const std::lock_guard lock(mutex_);
    left = --sharing_;
  }
  if (left == 0) free_.notify_all();
}

Result<Turns::Shared> Turns::share(const Caller& caller, Deadline deadline) {
  return wait_for<Shared>(lock_, caller, deadline);
}

Result<Turns::Alone> Turns::alone(const Caller& caller, Deadline deadline) {
  return wait_for<Alone>(lock_, caller, deadline);
}

Turns::Shared Turns::share_to_leave(std::chrono::milliseconds patience) {
  return Shared(lock_, std::chrono::steady_clock::now() + patience);
}

Turns::Alone Turns::alone_if_idle(std::chrono::milliseconds patience) {
  return Alone(lock_, std::chrono::steady_clock::now() + patience);
}

}  // namespace signet::pkcs11
