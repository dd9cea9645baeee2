#include "agent/loop/turnstile.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "agent/loop/bell.h"

namespace signet::agent {
namespace {

// Whoever gets in sooner does not need to hear that he waits.
constexpr std::chrono::milliseconds kNews{500};

}  // namespace

struct Turnstile::Ticket {
  Ticket(Turnstile& all, const Guest& guest)
      : turnstile(all), bell(all.executor_), client(guest.client), places(guest.places) {
    turnstile.line_up(*this);
  }
  ~Ticket() { turnstile.forget(*this); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  Turnstile& turnstile;
  Bell bell;
  pid_t client;
  std::size_t places;
  bool called = false;
};

Turnstile::Turnstile(boost::asio::any_io_executor executor, std::size_t places)
    : executor_(std::move(executor)), places_(places) {}
Turnstile::~Turnstile() = default;

Awaitable<Result<Turnstile::Pass>> Turnstile::enter(Deadline deadline, Guest guest) {
  if (lines_.empty() && guest.places <= places_ - taken_) {
    taken_ += guest.places;
    co_return Pass(*this, guest.places);
  }
  Ticket ticket(*this, guest);
  std::optional<std::size_t> told;
  Result<void> woken;
  while (!ticket.called) {
    woken = co_await ticket.bell.wait(guest.on_place ? deadline.within(kNews) : deadline);
    if (ticket.called || woken || woken.error().code != ErrorCode::Deadline || deadline.passed()) break;
    const std::size_t place = place_of(ticket);
    if (std::exchange(told, place) != place) co_await guest.on_place(place);
  }
  if (!ticket.called) co_return fail(std::move(woken.error()));
  // The places were handed over in admit(); they go back at once where nobody wants them any more.
  Pass pass(*this, guest.places);
  if (!woken && woken.error().code == ErrorCode::Cancelled) co_return fail(std::move(woken.error()));
  co_return pass;
}

void Turnstile::line_up(Ticket& ticket) {
  for (Line& line : lines_) {
    if (line.client == ticket.client) return line.tickets.push_back(&ticket);
  }
  lines_.push_back({.client = ticket.client, .tickets = {&ticket}});
}

void Turnstile::forget(const Ticket& ticket) {
  if (ticket.called) return;
  const auto line = std::ranges::find(lines_, ticket.client, &Line::client);
  std::erase(line->tickets, &ticket);
  if (line->tickets.empty()) lines_.erase(line);
  admit();  // he may have wanted more than whoever comes behind him
}

void Turnstile::leave(std::size_t places) {
  taken_ -= places;
  admit();
}

// Places go to the next in the queue without becoming free in between, so that nobody who comes now is first.
void Turnstile::admit() {
  while (!lines_.empty()) {
    Ticket* const next = lines_.front().tickets.front();
    if (next->places > places_ - taken_) return;
    taken_ += next->places;
    lines_.front().tickets.pop_front();
    if (lines_.front().tickets.empty()) {
      lines_.pop_front();
    } else {
      lines_.splice(lines_.end(), lines_, lines_.begin());
    }
    next->called = true;
    next->bell.ring();
  }
}

// How many turns come before his, those of the other clients included.
std::size_t Turnstile::place_of(const Ticket& ticket) const {
  const auto own = std::ranges::find(lines_, ticket.client, &Line::client);
  const auto rank = static_cast<std::size_t>(std::ranges::find(own->tickets, &ticket) - own->tickets.begin());
  std::size_t before = rank;
  bool earlier = true;
  for (const Line& line : lines_) {
    if (line.client == ticket.client) {
      earlier = false;
    } else {
      before += std::min(line.tickets.size(), rank + (earlier ? 1 : 0));
    }
  }
  return before + 1;
}

}  // namespace signet::agent
