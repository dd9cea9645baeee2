#include "agent/tokens/pin_desk.h"

#include <utility>

namespace signet::agent {

PinDesk::PinDesk(boost::asio::any_io_executor executor, std::string token)
    : token_(std::move(token)), turns_(executor, 1), changed_(executor) {}
PinDesk::~PinDesk() = default;

void PinDesk::note_entered() {
  ++entered_;
  refused_ = false;
  changed_.ring();
}

void PinDesk::note_refused() { refused_ = true; }

void PinDesk::turn_away(const Error& why) {
  ++turned_away_;
  why_ = why;
  changed_.ring();
}

Awaitable<Result<std::optional<Turnstile::Pass>>> PinDesk::enter(std::uint64_t seen, pid_t client, Deadline deadline) {
  std::optional<Turnstile::Pass> none;
  if (entered_ != seen) co_return none;
  Turnstile::Guest guest;
  guest.client = client;
  auto pass = co_await turns_.enter(deadline, std::move(guest));
  if (!pass) co_return fail(std::move(pass.error()).during("waiting for the PIN of token " + token_));
  if (entered_ != seen) co_return none;
  std::optional<Turnstile::Pass> turn(std::move(*pass));
  co_return turn;
}

Awaitable<Result<void>> PinDesk::wait(std::uint64_t seen, Deadline deadline) {
  const std::uint64_t before = turned_away_;
  while (entered_ == seen) {
    auto rung = co_await changed_.wait(deadline);
    if (turned_away_ != before) co_return fail(why_);
    if (rung) continue;
    if (rung.error().code == ErrorCode::Cancelled) co_return rung;
    co_return fail(ErrorCode::PinRequired, "nobody entered the PIN of token " + token_ + " in time",
                   "ask again, or enter it before: signet unlock " + token_);
  }
  co_return Result<void>();
}

}  // namespace signet::agent
