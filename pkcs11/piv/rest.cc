#include "pkcs11/piv/rest.h"

#include <algorithm>
#include <utility>

namespace signet::pkcs11 {
namespace {

constexpr std::chrono::milliseconds kMoment{200};

}  // namespace

using std::chrono::steady_clock;

Rest::Rest(std::function<bool()> release) : release_(std::move(release)), thread_([this] { watch(); }) {}

Rest::~Rest() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Rest::keep_for(std::chrono::milliseconds time) {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    const TimePoint due = steady_clock::now() + time;
    // The thread looks at the time anew when it wakes, so only a sleep without an end is interrupted.
    wake = !due_;
    due_ = std::max(due_.value_or(due), due);
  }
  if (wake) changed_.notify_one();
}

void Rest::watch() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (!due_) {
      changed_.wait(lock, [this] { return stop_ || due_; });
      continue;
    }
    if (steady_clock::now() < *due_) {
      changed_.wait_until(lock, *due_);
      continue;
    }
    due_.reset();
    lock.unlock();
    const bool released = release_();
    lock.lock();
    if (!released && !due_) due_ = steady_clock::now() + kMoment;
  }
}

}  // namespace signet::pkcs11
