#include "agent/loop/turnstile.h"

#include "agent/loop/bell.h"

namespace signet::agent {

struct Turnstile::Ticket {
  Ticket(const boost::asio::any_io_executor& executor, std::deque<Ticket*>& all) : bell(executor), queue(all) {
    queue.push_back(this);
  }
  ~Ticket() { std::erase(queue, this); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  Bell bell;
  std::deque<Ticket*>& queue;
  bool called = false;
};

Turnstile::Turnstile(boost::asio::any_io_executor executor, std::size_t places)
    : executor_(std::move(executor)), places_(places) {}
Turnstile::~Turnstile() = default;

Awaitable<Result<Turnstile::Pass>> Turnstile::enter(Deadline deadline) {
  if (inside_ < places_ && queue_.empty()) {
    ++inside_;
    co_return Pass(*this);
  }
  Ticket ticket(executor_, queue_);
  auto woken = co_await ticket.bell.wait(deadline);
  if (!ticket.called) co_return fail(std::move(woken.error()));
  Pass pass(*this);  // the place was handed over in leave(); it goes back at once where nobody wants it any more
  if (!woken) co_return fail(std::move(woken.error()));
  co_return pass;
}

// The place goes to the next in the queue without becoming free in between, so that nobody who comes now is first.
void Turnstile::leave() {
  if (queue_.empty()) {
    --inside_;
    return;
  }
  Ticket* next = queue_.front();
  queue_.pop_front();
  next->called = true;
  next->bell.ring();
}

}  // namespace signet::agent
