#include "agent/flow/key_in_hand.h"

#include <memory>
#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/policy/use_table.h"
#include "agent/tokens/session_key.h"

namespace signet::agent {
namespace {

AskToken asking(Token& token, PinnedKey key) {
  return [&token, key = std::move(key)](const Intent& intent, const Digest& digest, Patience patience,
                                        Attendance attendance) {
    return token.sign(intent, key, digest, patience, std::move(attendance));
  };
}

AskToken asking(std::shared_ptr<SessionKey> key, protocol::SessionStep step) {
  return [key = std::move(key), step](const Intent& intent, const Digest& digest, Patience patience,
                                      Attendance attendance) {
    OnWaiting on_waiting;
    if (attendance.on_touch) on_waiting = [heard = std::move(attendance.on_touch)] { return heard(std::string()); };
    return key->sign(intent, step, digest, patience.deadline.within(patience.answer), std::move(on_waiting));
  };
}

Awaitable<Result<KeyInHand>> make_key(Token& token, const config::Identity& identity, const Intent& intent,
                                      Deadline deadline, const PinAsker& asker) {
  const Patience patience{.deadline = deadline, .answer = kTouchTime};
  auto made = co_await token.make_session_key(intent, *identity.ephemeral, patience, asker);
  if (!made) co_return fail(std::move(made.error()).during("making a key for one signature"));
  const std::shared_ptr<SessionKey> key = std::move(*made);
  KeyInHand in_hand{.public_key = key->public_key(), .token = token.name(), .ephemeral = true, .prove = {}, .sign = {}};
  in_hand.prove = asking(key, protocol::SessionStep::Proof);
  in_hand.sign = asking(key, protocol::SessionStep::Signature);
  co_return in_hand;
}

}  // namespace

std::string backup_text(std::string_view preposition, const KeyInHand& key) {
  return std::string(preposition) + " the backup key " + key.public_key.pin() + " on token " + key.token;
}

Awaitable<Result<KeyInHand>> take_key(Tokens& tokens, const config::Identity& identity,
                                      const config::IdentityKey& meant, const Intent& intent, Deadline deadline,
                                      const PinAsker& asker) {
  auto token = tokens.find(meant.token);
  if (!token) co_return fail(std::move(token.error()));
  if (identity.ephemeral) co_return co_await make_key(**token, identity, intent, deadline, asker);
  auto key = co_await (*token)->find_key(identity, deadline.within(kListTime));
  if (!key) co_return fail(std::move(key.error()));
  if (auto fits = check_key_kind(identity, key->public_key().kind()); !fits) co_return fail(std::move(fits.error()));
  KeyInHand in_hand{.public_key = key->public_key(),
                    .token = key->token(),
                    .backup = meant.token != identity.token,
                    .prove = {},
                    .sign = {}};
  in_hand.prove = asking(**token, *key);
  in_hand.sign = in_hand.prove;
  co_return in_hand;
}

}  // namespace signet::agent
