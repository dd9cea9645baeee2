#include "agent/tokens/pin_asking.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "common/display.h"

namespace signet::agent {
namespace {

// A person who enters a PIN (D15).
constexpr std::chrono::seconds kPinTime{120};
// A look at a token before somebody is asked for its PIN.
constexpr std::chrono::seconds kLookTime{10};
// A token says what it likes of itself; what matters stands behind it.
constexpr std::size_t kShownOfALabel = 64;

std::vector<config::PinPrompt> prompts_of(const config::Token& token) {
  if (token.pin.kind != config::PinSource::Kind::Prompt) return {};
  return token.pin.prompts;
}

bool is_about_pin(ErrorCode code) {
  return code == ErrorCode::PinRequired || code == ErrorCode::PinIncorrect || code == ErrorCode::PinLocked;
}

}  // namespace

PinAsking::PinAsking(boost::asio::any_io_executor executor, const config::Token& configured, PinEntryCommand pin_entry,
                     PinTaker token)
    : token_(configured.name),
      prompts_(prompts_of(configured)),
      pin_entry_(std::move(pin_entry)),
      executor_(executor),
      desk_(executor, configured.name),
      taker_(std::move(token)) {}

bool PinAsking::may_help(ErrorCode code, bool entered) const {
  if (!asks_somebody() || !is_about_pin(code)) return false;
  // Something else is wrong than the PIN: the token wants none that can be sent.
  return !entered || code != ErrorCode::PinRequired || desk_.refused();
}

Awaitable<Result<void>> PinAsking::get(Error wanted, std::uint64_t seen, const PinAsker& asker, Deadline deadline) {
  const Deadline patience = deadline.within(kPinTime);
  auto turn = co_await desk_.enter(seen, asker.client, patience);
  if (!turn) co_return fail(std::move(turn.error()));
  if (!*turn) co_return Result<void>();
  auto need = co_await describe_need(wanted, patience);
  if (!need) co_return fail(std::move(need.error()));
  if (desk_.entered() != seen) co_return Result<void>();
  for (const config::PinPrompt prompt : prompts_) {
    if (prompt == config::PinPrompt::Terminal) {
      if (!asker.can_ask()) continue;
      co_return co_await ask_at_terminal(seen, *need, asker, patience);
    }
    auto entered = co_await ask_at_pinentry(seen, *need, asker, patience);
    if (entered || entered.error().code != ErrorCode::WorkerFailed) co_return entered;
    wanted.context.push_back(std::move(entered.error().what));
  }
  co_return fail(std::move(wanted));
}

Awaitable<Result<void>> PinAsking::ask_at_terminal(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                                   Deadline deadline) {
  co_await asker.ask(need);
  auto entered = co_await desk_.wait(seen, deadline);
  if (asker.over) asker.over();
  co_return entered;
}

// There is no way to insist in its window, so the last try is for the terminal.
Awaitable<Result<void>> PinAsking::ask_at_pinentry(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                                   Deadline deadline) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (need.tries == 1) {
    co_return fail(ErrorCode::PinLocked, "one more wrong PIN would lock token " + token_ + ", so pinentry is not asked",
                   "enter it at a terminal: signet unlock " + token_);
  }
  std::string words = pin_prompt(need, asker.purpose);
  auto hand_over = taker_.take_pin;
  auto asking = ask_by_pinentry(executor_, pin_entry_, std::move(words), std::move(hand_over), deadline);
  auto elsewhere = desk_.wait(seen, deadline);
  auto first = co_await (std::move(asking) || std::move(elsewhere));
  if (first.index() == 1) co_return std::move(std::get<1>(first));
  if (auto& asked = std::get<0>(first); !asked) co_return std::move(asked);
  co_return co_await desk_.wait(seen, deadline);
}

// Of a token that holds no PIN nothing is tried by looking at it.
Awaitable<Result<PinNeed>> PinAsking::describe_need(Error wanted, Deadline deadline) {
  auto found = co_await taker_.info(deadline.within(kLookTime));
  if (!found) co_return fail(std::move(found.error()));
  PinNeed need{.token = token_,
               .label = quoted_text(found->label, kShownOfALabel),
               .serial = display_text(found->serial, kShownOfALabel)};
  need.tries = found->tries;
  need.refused = desk_.refused();
  const bool last_try = found->pin == protocol::PinState::FinalTry;
  if (last_try) need.tries = 1;
  if (wanted.code == ErrorCode::PinLocked && !last_try) co_return fail(std::move(wanted));
  co_return need;
}

}  // namespace signet::agent
