#include "pkcs11/piv/piv_store.h"

#include <utility>

#include "pkcs11/piv/card_login.h"
#include "pkcs11/piv/management_key.h"
#include "pkcs11/piv/signing_block.h"

namespace signet::pkcs11 {
namespace {

using protocol::PinPolicy;
using protocol::PinState;
using protocol::TouchPolicy;

/// Other programs get the reader for themselves when the card has not been used for so long.
constexpr std::chrono::seconds kHold{2};
/// A touch that is cached serves for 15 s, as long as the card keeps its power.
constexpr std::chrono::seconds kHoldForCachedTouch{15};
/// Who ends waits for nobody who is at work.
constexpr std::chrono::milliseconds kLeaving{100};

constexpr std::uint16_t kNotSatisfied = 0x6982;
constexpr std::uint16_t kConditions = 0x6985;
constexpr std::uint16_t kNoKey = 0x6a88;

PinState state_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::PinIncorrect:
      return PinState::Incorrect;
    case ErrorCode::PinLocked:
      return PinState::Locked;
    default:
      return PinState::None;
  }
}

bool may_want_touch(const SlotKey& key) { return key.touch_policy != TouchPolicy::Never; }

Error refusal(const PivSlot& slot, const SlotKey& key, std::uint16_t status) {
  const std::string& where = slot.label;
  if (status == kNotSatisfied && may_want_touch(key)) {
    return {.code = ErrorCode::TouchTimeout,
            .what = "nobody touched the token in time (" + where + ")",
            .remedy = "try again and touch the token when it blinks"};
  }
  if (status == kNotSatisfied || status == kConditions) {
    return {.code = ErrorCode::PinRequired,
            .what = "the card forgot its PIN before it signed (" + where + ", " + status_text(status) + ")",
            .remedy = "try again"};
  }
  if (status == kNoKey) {
    return {.code = ErrorCode::KeyNotFound, .what = where + " is empty", .remedy = "signet key list"};
  }
  return {.code = ErrorCode::KeyUnsuitable,
          .what = "the card refused to sign with " + where + " (" + status_text(status) + ")",
          .remedy = "use a key of another kind"};
}

class PivVisit : public Visit {
 public:
  PivVisit(PivStore& store, Caller& caller) : store_(store), caller_(caller) {}

  Result<protocol::TokenInfoReply> info(Deadline deadline) override { return store_.info(caller_, deadline); }
  Result<std::vector<protocol::TokenKey>> keys(Deadline deadline) override { return store_.keys(caller_, deadline); }
  Result<protocol::TokenGenerateReply> generate(const protocol::TokenGenerateRequest& request,
                                                Deadline deadline) override {
    return store_.generate(caller_, request, deadline);
  }
  Result<Bytes> sign(const protocol::TokenSignRequest& request, Deadline deadline) override {
    return store_.sign(caller_, request, deadline);
  }
  Result<protocol::TokenKey> make_session_key(const protocol::TokenSessionKeyRequest& /*request*/,
                                              Deadline /*deadline*/) override {
    return no_session_keys();
  }
  Result<Bytes> sign_with_session_key(const protocol::TokenSessionSignRequest& /*request*/,
                                      Deadline /*deadline*/) override {
    return no_session_keys();
  }

 private:
  static std::unexpected<Error> no_session_keys() {
    return fail(ErrorCode::KeyUnsuitable, "a PIV card makes no keys for one signature",
                "use a key that stays on the card, or a token behind a PKCS#11 module");
  }

  PivStore& store_;
  Caller& caller_;
};

}  // namespace

PivStore::PivStore(const Options& options, KeeperLink& link)
    : link_(link), card_(options.token_serial), rest_([this] {
        const auto turn = turns_.alone_if_idle(std::chrono::milliseconds(0));
        if (turn) card_.release();
        return turn.owns_lock();
      }) {}

std::unique_ptr<Visit> PivStore::receive(Caller& caller) { return std::make_unique<PivVisit>(*this, caller); }

void PivStore::close() {
  closed_ = turns_.alone_if_idle(kLeaving);
  if (!closed_) return;
  card_.log_out();
  card_.release();
}

template <typename T>
Result<T> PivStore::with_card(
    Caller& caller, Deadline deadline,
    const std::function<Result<T>(CardExchange& card, const LiveCard::Commit& point_of_no_return)>& work) {
  const Caller::Watched watched(caller, deadline);
  std::optional<T> made;
  auto done =
      card_.run(caller.gone(), deadline, [&](CardExchange& card, const LiveCard::Commit& commit) -> Result<void> {
        auto result = work(card, commit);
        if (!result) return fail(std::move(result.error()));
        made = std::move(*result);
        return {};
      });
  rest_.keep_for(kHold);
  if (!done) return fail(std::move(done.error()));
  return std::move(*made);
}

Result<const SlotKey*> PivStore::key_in(CardExchange& card, const PivSlot& slot) {
  if (std::exchange(known_of_, card_.finding()) != card_.finding()) known_.clear();
  if (const auto known = known_.find(slot.number); known != known_.end()) return &known->second;
  auto key = read_slot_key(card, card_.facts().firmware, slot);
  if (!key) return fail(std::move(key.error()));
  if (!*key) return nullptr;
  return &known_.insert_or_assign(slot.number, std::move(**key)).first->second;
}

Result<protocol::TokenInfoReply> PivStore::info(Caller& caller, Deadline deadline) {
  return info_.tell_or_ask(turns_, caller, deadline, [&] {
    return with_card<protocol::TokenInfoReply>(
        caller, deadline, [this](CardExchange& card, const auto& /*commit*/) { return read_info(card); });
  });
}

protocol::TokenInfoReply PivStore::describe() const {
  const CardFacts& facts = card_.facts();
  return {.module = "PIV over PC/SC, firmware " + facts.firmware.text(),
          .label = "PIV",
          .serial = facts.serial,
          .model = facts.firmware.major >= 5 ? "YubiKey 5" : "PIV card",
          .manufacturer = "",
          .pin = PinState::Accepted};
}

Result<protocol::TokenInfoReply> PivStore::read_info(CardExchange& card) {
  protocol::TokenInfoReply info = describe();
  const auto logged_in = log_in_to_card(card, link_, PinPolicy::Once);
  if (card.fault()) return fail(logged_in.error());
  if (!logged_in) info.pin = state_for(logged_in.error().code);
  if (logged_in) card_.note_login();
  if (logged_in) return info;
  if (const auto tries = read_pin_tries(card)) {
    info.tries = tries->left;
    if (tries->left == 1 && info.pin != PinState::Incorrect) info.pin = PinState::FinalTry;
  }
  return info;
}

Result<std::vector<protocol::TokenKey>> PivStore::keys(Caller& caller, Deadline deadline) {
  return keys_.tell_or_ask(turns_, caller, deadline, [&] {
    return with_card<std::vector<protocol::TokenKey>>(
        caller, deadline, [this](CardExchange& card, const auto& /*commit*/) { return read_keys(card); });
  });
}

Result<std::vector<protocol::TokenKey>> PivStore::read_keys(CardExchange& card) {
  known_.clear();  // what another program changed is seen
  std::vector<protocol::TokenKey> keys;
  for (const PivSlot& slot : key_slots()) {
    const auto key = key_in(card, slot);
    // A key of a kind that is not known here must not hide the others.
    if (!key && key.error().code == ErrorCode::KeyUnsuitable) continue;
    if (!key) return fail(key.error());
    if (*key != nullptr) keys.push_back(describe_slot_key(slot, **key));
  }
  return keys;
}

Result<void> PivStore::check_empty(CardExchange& card, const PivSlot& slot) {
  known_.clear();
  const auto present = key_in(card, slot);
  if (!present && present.error().code != ErrorCode::KeyUnsuitable) return fail(present.error());
  if (present && *present == nullptr) return {};
  return fail(ErrorCode::InvalidRequest, slot.label + " holds a key already, which signet does not overwrite",
              "choose another slot, or delete that key by the card's own tool");
}

Result<protocol::TokenGenerateReply> PivStore::generate(Caller& caller, const protocol::TokenGenerateRequest& request,
                                                        Deadline deadline) {
  const auto slot = find_slot(request.id);
  if (!slot) return fail(slot.error());
  const auto turn = turns_.alone(caller, deadline);
  if (!turn) return fail(turn.error());
  using Reply = protocol::TokenGenerateReply;
  return with_card<Reply>(caller, deadline, [&](CardExchange& card, const auto& commit) -> Result<Reply> {
    const auto algorithm = algorithm_for_new_key(request.algorithm, card_.facts().firmware);
    if (!algorithm) return fail(algorithm.error());
    if (auto empty = check_empty(card, *slot); !empty) return fail(std::move(empty.error()));
    card_.note_login();  // a management key may lie behind the PIN
    auto warning = open_management(card, card_.facts().firmware, link_);
    if (!warning) return fail(std::move(warning.error()));
    commit();
    keys_.forget();
    const auto made = generate_key_pair(card, slot->number, *algorithm, request.pin_policy, request.touch_policy);
    if (!made) return fail(made.error());
    SlotKey key{.algorithm = *algorithm, .pin_policy = request.pin_policy, .touch_policy = request.touch_policy};
    auto public_key = public_key_from_piv(*algorithm, *made);
    if (!public_key) return fail(std::move(public_key.error()));
    key.public_key = std::move(*public_key);
    return Reply{.key = describe_slot_key(*slot, key), .warning = std::move(*warning)};
  });
}

Result<Bytes> PivStore::sign(Caller& caller, const protocol::TokenSignRequest& request, Deadline deadline) {
  const auto slot = find_slot(request.id);
  if (!slot) return fail(ErrorCode::KeyNotFound, slot.error().what, "signet key list");
  const auto turn = turns_.alone(caller, deadline);
  if (!turn) return fail(turn.error());
  return with_card<Bytes>(caller, deadline, [&](CardExchange& card, const auto& commit) -> Result<Bytes> {
    const auto key = meant_key(card, *slot, request.public_key);
    if (!key) return fail(key.error());
    const auto block = signing_block((*key)->public_key, request.input);
    if (!block) return fail(block.error());
    if (auto logged_in = log_in_for(card, *slot, **key); !logged_in) return fail(std::move(logged_in.error()));
    if (auto wanted = still_wanted(caller.gone(), deadline); !wanted) return fail(std::move(wanted.error()));
    commit();
    return ask_to_sign(caller, card, *slot, **key, *block);
  });
}

Result<const SlotKey*> PivStore::meant_key(CardExchange& card, const PivSlot& slot, ByteView spki) {
  const auto key = key_in(card, slot);
  if (!key || (*key != nullptr && equal((*key)->public_key.spki, spki))) return key;
  const std::string what = *key == nullptr ? " is empty" : " holds another key than the one that was asked for";
  known_.clear();
  return fail(ErrorCode::KeyNotFound, slot.label + what, "signet key list");
}

Result<void> PivStore::log_in_for(CardExchange& card, const PivSlot& slot, const SlotKey& key) {
  const PinPolicy policy = key.pin_policy.value_or(slot.pin_policy);
  auto logged_in = log_in_to_card(card, link_, policy);
  if (logged_in && policy != PinPolicy::Never) card_.note_login();
  // How the card stands is known now, also for whoever asks while it waits for a finger.
  if (logged_in && policy != PinPolicy::Never) info_.note(describe());
  return logged_in;
}

Result<Bytes> PivStore::ask_to_sign(Caller& caller, CardExchange& card, const PivSlot& slot, const SlotKey& key,
                                    ByteView block) {
  const bool surely = key.touch_policy == TouchPolicy::Always;
  const Caller::Notice notice(caller, surely ? std::chrono::milliseconds(0) : kNoticeAfter);
  const auto response = sign_block(card, slot.number, key.algorithm, block);
  if (key.touch_policy == TouchPolicy::Cached) rest_.keep_for(kHoldForCachedTouch);
  if (!response) return fail(response.error());
  if (!response->is_good()) return fail(refusal(slot, key, response->status));
  auto signature = signature_from(*response);
  if (signature) return std::move(*signature);
  return fail(ErrorCode::WorkerFailed, "the card's signature cannot be read", "unplug the token and plug it in again");
}

}  // namespace signet::pkcs11
