#include "pkcs11/piv/card_login.h"

#include <string>
#include <utility>

#include "common/secret.h"

namespace signet::pkcs11 {
namespace {

Error locked() {
  return {.code = ErrorCode::PinLocked,
          .what = "the card's PIN is locked",
          .remedy = "unblock it with the PUK: signet token pin unblock TOKEN"};
}

Error wrong(int left) {
  return {
      .code = ErrorCode::PinIncorrect,
      .what = "the card refused the PIN; " + std::to_string(left) + (left == 1 ? " try is" : " tries are") + " left",
      .remedy = "correct the PIN where it is configured, then restart the agent"};
}

PinAnswer read_answer(const Result<Response>& response) {
  if (!response) return {.outcome = PinOutcome::Gone, .error = response.error()};
  if (response->is_good()) return {.outcome = PinOutcome::Accepted};
  if (const auto left = tries_left(response->status)) {
    return {.outcome = PinOutcome::Refused, .error = *left == 0 ? locked() : wrong(*left)};
  }
  return {.outcome = PinOutcome::Unclear,
          .error = {.code = ErrorCode::WorkerFailed,
                    .what = "the card answered nonsense to its PIN (" + status_text(response->status) + ")",
                    .remedy = "unplug the token, plug it in and try again"}};
}

PinAnswer send_pin(CardExchange& card, ByteView pin) {
  auto padded = pad_pin(pin);
  if (!padded) {
    return {.outcome = PinOutcome::Refused,
            .error = {.code = ErrorCode::PinIncorrect,
                      .what = "a PIV card's PIN has 6 to 8 characters, and this one has " + std::to_string(pin.size()) +
                              "; it was not sent",
                      .remedy = "correct the PIN where it is configured, then restart the agent"}};
  }
  PinAnswer answer = read_answer(verify_pin(card, *padded));
  wipe(padded->data(), padded->size());
  return answer;
}

}  // namespace

Result<void> log_in_to_card(CardExchange& card, KeeperLink& link, protocol::PinPolicy policy) {
  if (policy == protocol::PinPolicy::Never) return {};
  const auto tries = read_pin_tries(card);
  if (!tries) return fail(tries.error());
  if (tries->verified && policy == protocol::PinPolicy::Once) return {};
  if (!tries->verified && tries->left == 0) return fail(locked());
  // A PIN that would be the last wrong one is not sent, unless its person insists.
  const bool last_try = !tries->verified && tries->left == 1;
  return link.log_in([&card](ByteView pin) { return send_pin(card, pin); }, last_try ? Tries::Last : Tries::Several);
}

}  // namespace signet::pkcs11
