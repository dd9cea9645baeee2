#include "pkcs11/serving/waiting.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace signet::pkcs11 {

using std::chrono::steady_clock;

WaitingNotices::WaitingNotices(std::string message) : message_(std::move(message)), thread_([this] { watch(); }) {}

WaitingNotices::~WaitingNotices() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void WaitingNotices::begin(std::size_t seat, int socket, std::chrono::milliseconds after) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    calls_.at(seat) = Call{.socket = socket, .due = steady_clock::now() + after};
    // A watcher that sleeps until an earlier call is due wakes early enough for one of the usual kind.
    wake = std::exchange(idle_, false) || after < kNoticeAfter;
  }
  if (wake) changed_.notify_one();
}

void WaitingNotices::end(std::size_t seat) {
  const std::scoped_lock lock(mutex_);
  calls_.at(seat).reset();
}

void WaitingNotices::watch() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto next = send_due();
    if (next) {
      changed_.wait_until(lock, *next);
    } else {
      idle_ = true;
      changed_.wait(lock, [this] { return stop_ || !idle_; });
    }
  }
}

std::optional<steady_clock::time_point> WaitingNotices::send_due() {
  std::optional<steady_clock::time_point> next;
  const auto now = steady_clock::now();
  for (auto& call : calls_) {
    if (!call) continue;
    if (call->due > now) {
      next = std::min(next.value_or(call->due), call->due);
      continue;
    }
    // The peer asked for it and nothing else is on its way to it; where it does not fit all the same, half a message
    // must not stay in the stream.
    const ssize_t sent = ::send(call->socket, message_.data(), message_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0 && sent < std::ssize(message_)) ::shutdown(call->socket, SHUT_RDWR);
    call.reset();
  }
  return next;
}

}  // namespace signet::pkcs11
