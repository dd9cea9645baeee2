#include "pkcs11/module/turn.h"

#include <chrono>

#include "pkcs11/module/client.h"

namespace signet::pkcs11 {
namespace {

/// How soon a waiting thread notices that its peer has gone.
constexpr std::chrono::milliseconds kSlice{100};

template <typename Lock>
Result<Lock> wait_for(std::shared_timed_mutex& mutex, const Client& client, Deadline deadline) {
  Lock lock(mutex, std::defer_lock);
  while (!lock.try_lock_until(deadline.within(kSlice).point())) {
    if (client.has_gone()) return fail(ErrorCode::Cancelled, "the peer went away before it was its turn");
    if (deadline.passed()) {
      return fail(ErrorCode::Deadline, "the token was at work for somebody else until the deadline", "try again");
    }
  }
  return lock;
}

}  // namespace

Result<Turns::Shared> Turns::share(const Client& client, Deadline deadline) {
  return wait_for<Shared>(mutex_, client, deadline);
}

Result<Turns::Alone> Turns::alone(const Client& client, Deadline deadline) {
  return wait_for<Alone>(mutex_, client, deadline);
}

Turns::Shared Turns::share_to_leave(std::chrono::milliseconds patience) { return Shared(mutex_, patience); }

}  // namespace signet::pkcs11
