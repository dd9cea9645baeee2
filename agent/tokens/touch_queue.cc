#include "agent/tokens/touch_queue.h"

#include <utility>

namespace signet::agent {

TouchQueue::TouchQueue(boost::asio::any_io_executor executor, std::size_t at_once)
    : at_once_(at_once), turns_(std::move(executor), at_once) {}

Awaitable<Result<Turnstile::Pass>> TouchQueue::enter(const std::string& key, pid_t client, Deadline deadline,
                                                     Turnstile::OnPlace on_place) {
  Turnstile::Guest guest;
  guest.client = client;
  guest.places = is_quick(key, std::chrono::steady_clock::now()) ? 1 : at_once_;
  guest.on_place = std::move(on_place);
  return turns_.enter(deadline, std::move(guest));
}

// Some keys want a touch only now and then: one that has been slow has to prove itself anew when that is forgotten.
bool TouchQueue::is_quick(const std::string& key, TimePoint now) {
  Habit& habit = habits_[key];
  if (habit.slow_until != TimePoint() && habit.slow_until <= now) habit = Habit();
  return habit.slow_until == TimePoint() && habit.quick >= kQuick;
}

void TouchQueue::note(const std::string& key, bool waited, TimePoint now) {
  Habit& habit = habits_[key];
  if (waited) {
    habit.slow_until = now + kForget;
  } else if (habit.quick < kQuick) {
    ++habit.quick;
  }
}

}  // namespace signet::agent
