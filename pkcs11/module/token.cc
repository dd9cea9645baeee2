#include "pkcs11/module/token.h"

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "pkcs11/module/inventory.h"
#include "pkcs11/module/object.h"

namespace signet::pkcs11 {
namespace {

/// Loading a module and reading all of a card takes seconds with some modules (tokens §A4). It is given this time even
/// where the request that happens to be the first gives less: a process that is killed and started anew would never get
/// to the end of it.
constexpr std::chrono::seconds kOpeningTime{15};
/// A connection that ends waits this long for its turn to close its session,
constexpr std::chrono::seconds kLeavingTime{60};
/// and a module that takes longer to close it hangs: it would keep everybody from the token.
constexpr std::chrono::seconds kClosingTime{5};

/// Who ends waits for nobody who is at work: it may be hanging.
constexpr std::chrono::milliseconds kIdleTime{100};

constexpr std::string_view kOwnDoor = "for a PIV card leave `module` out of the token's configuration";

Deadline opening_deadline(Deadline deadline) {
  return Deadline(std::max(deadline.point(), Deadline::after(kOpeningTime).point()));
}

bool is_about_pin(ErrorCode code) {
  return code == ErrorCode::PinRequired || code == ErrorCode::PinIncorrect || code == ErrorCode::PinLocked;
}

/// A stale session is one cure away, a module that is out of order two.
constexpr int kCures = 2;

// For steps that may be repeated: nothing in them has an effect on the token.
template <typename Step>
auto with_cures(LiveToken& live, const Step& step) -> decltype(step()) {
  for (int cures = 0;; ++cures) {
    auto result = step();
    if (result) return result;
    const Cure cure = cure_for(result.error().code);
    live.expect(cure);
    if (cure == Cure::None || cures == kCures) return result;
  }
}

// Another program used the card meanwhile, which ends the login without the module's noticing (virtual-tokens §3.5).
bool lost_login(const Result<Bytes>& signature) {
  return !signature && signature.error().code == ErrorCode::PinRequired;
}

// The last moment at which nobody has been asked for a finger.
Result<void> still_wanted(const Client& client, Deadline deadline) {
  if (deadline.passed())
    return fail(ErrorCode::Deadline, "the deadline passed before the token was asked", "try again");
  if (client.caller().has_gone()) return fail(ErrorCode::Cancelled, "the peer went away before the token was asked");
  return {};
}

}  // namespace

Token::Token(Options options, KeeperLink& link) : is_card_(options.needs.pcsc), live_(std::move(options), link) {}

Result<void> Token::open_and_log_in() {
  if (auto opened = live_.open(); !opened) return opened;
  auto logged_in = live_.log_in();
  info_.note(describe());
  return logged_in;
}

Result<void> Token::open_and_try_to_log_in() {
  auto logged_in = open_and_log_in();
  return logged_in || !is_about_pin(logged_in.error().code) ? logged_in : Result<void>();
}

Result<protocol::TokenInfoReply> Token::info(Client& client, Deadline deadline) {
  return info_.tell_or_ask(turns_, client.caller(), deadline, [&]() -> Result<protocol::TokenInfoReply> {
    const Caller::Watched call(client.caller(), opening_deadline(deadline));
    const auto ready = with_cures(live_, [this] { return open_and_try_to_log_in(); });
    if (!ready) return fail(ready.error());
    return describe();
  });
}

protocol::TokenInfoReply Token::describe() const {
  const Slot& slot = live_.slot();
  return {.module = utf8_text(live_.module().description()),
          .label = utf8_text(slot.label),
          .serial = utf8_text(slot.serial),
          .model = utf8_text(slot.model),
          .manufacturer = utf8_text(slot.manufacturer),
          .pin = live_.pin_state()};
}

Result<std::vector<protocol::TokenKey>> Token::keys(Client& client, Deadline deadline) {
  return keys_.tell_or_ask(turns_, client.caller(), deadline, [&] {
    const Caller::Watched call(client.caller(), opening_deadline(deadline));
    return with_cures(live_, [this]() -> Result<std::vector<protocol::TokenKey>> {
      if (auto ready = open_and_try_to_log_in(); !ready) return fail(std::move(ready.error()));
      auto keys = list_keys(live_.session());
      if (keys) live_.used();
      return keys;
    });
  });
}

Result<protocol::TokenKey> Token::generate(Client& client, const protocol::TokenGenerateRequest& request,
                                           Deadline deadline) {
  if (request.pin_policy || request.touch_policy) {
    return fail(ErrorCode::KeyUnsuitable, "a PKCS#11 module makes no keys with a PIN or touch policy",
                std::string(kOwnDoor));
  }
  const auto turn = turns_.alone(client.caller(), deadline);
  if (!turn) return fail(turn.error());
  const Caller::Watched call(client.caller(), opening_deadline(deadline));
  const auto session = with_cures(live_, [this]() -> Result<Session> {
    if (auto ready = open_and_log_in(); !ready) return fail(std::move(ready.error()));
    return Session::open(live_.module(), live_.slot().id, Access::ReadWrite);
  });
  if (!session) return fail(session.error());
  if (deadline.passed())
    return fail(ErrorCode::Deadline, "the token was opened too late; no key was made", "try again");
  keys_.forget();
  auto key = generate_key(*session, request);
  if (key) {
    live_.used();
  } else {
    live_.expect(cure_for(key.error().code));
    // Modules for cards make keys for their security officer, if at all.
    if (is_card_ && key.error().code == ErrorCode::KeyUnsuitable) key.error().remedy = kOwnDoor;
  }
  return key;
}

Result<Bytes> Token::sign(Client& client, const protocol::TokenSignRequest& request, Deadline deadline) {
  auto id = parse_hex(request.id);
  if (!id) return fail(std::move(id.error()));
  const Task task{.id = std::move(*id), .spki = request.public_key, .input = request.input, .deadline = deadline};
  if (auto signature = sign_side_by_side(client, task)) return std::move(*signature);
  return sign_alone(client, task);
}

std::optional<Result<Bytes>> Token::sign_side_by_side(Client& client, const Task& task) {
  if (live_.rested()) return std::nullopt;
  const auto turn = turns_.share(client.caller(), task.deadline);
  if (!turn) return fail(turn.error());
  if (!client.is_of(live_.epoch()) || !client.session()) return std::nullopt;
  const SigningKey* key = client.find_key(task.id, task.spki);
  if (key == nullptr || key->always_authenticate()) return std::nullopt;
  const Caller::Watched call(client.caller(), task.deadline);
  const auto started = start(client, *key, task);
  if (started) {
    auto signature = finish(client, *started);
    if (lost_login(signature)) return std::nullopt;
    return signature;
  }
  if (take_note(client, started.error()) == Cure::None) return fail(started.error());
  return std::nullopt;
}

Result<Bytes> Token::sign_alone(Client& client, const Task& task) {
  const auto turn = turns_.alone(client.caller(), task.deadline);
  if (!turn) return fail(turn.error());
  Caller::Watched call(client.caller(), opening_deadline(task.deadline));
  for (int cures = 0;; ++cures) {
    const auto key = prepare(client, task);
    Error error;
    if (key) {
      call.move_to(task.deadline);
      const auto started = start(client, **key, task);
      Result<Bytes> signature = started ? finish(client, *started) : Result<Bytes>(fail(started.error()));
      if (started && !lost_login(signature)) return signature;
      error = std::move(signature.error());
    } else {
      error = key.error();
    }
    if (take_note(client, error) == Cure::None || cures == kCures) return fail(std::move(error));
    call.move_to(opening_deadline(task.deadline));
  }
}

Result<void> Token::open_for(Client& client) {
  if (auto ready = open_and_log_in(); !ready) return ready;
  client.move_to(live_.epoch());
  if (client.session()) return {};
  auto session = Session::open(live_.module(), live_.slot().id, Access::ReadOnly);
  if (!session) return fail(std::move(session.error()));
  client.session() = std::move(*session);
  return {};
}

Result<const SigningKey*> Token::prepare(Client& client, const Task& task) {
  if (auto ready = open_for(client); !ready) return fail(std::move(ready.error()));
  if (const SigningKey* known = client.find_key(task.id, task.spki)) return known;
  auto key = SigningKey::find(*client.session(), task.id, task.spki);
  if (!key) return fail(std::move(key.error()));
  return &client.remember(std::move(*key));
}

Result<StartedSignature> Token::start(Client& client, const SigningKey& key, const Task& task) {
  if (auto wanted = still_wanted(client, task.deadline); !wanted) return fail(std::move(wanted.error()));
  return key.start(*client.session(), task.input,
                   [this](const Session& session) { return live_.log_in_for_operation(session); });
}

Result<Bytes> Token::finish(Client& client, const StartedSignature& started) {
  auto signature = [&] {
    const Caller::Notice notice(client.caller());
    return started.finish();
  }();
  if (signature) {
    live_.used();
  } else {
    (void)take_note(client, signature.error());
  }
  return signature;
}

Cure Token::take_note(Client& client, const Error& error) {
  const Cure cure = cure_for(error.code);
  live_.expect(cure);
  client.drop_session();
  return cure;
}

Result<protocol::TokenKey> Token::make_session_key(Client& client, const protocol::TokenSessionKeyRequest& request,
                                                   Deadline deadline) {
  const auto turn = turns_.alone(client.caller(), deadline);
  if (!turn) return fail(turn.error());
  const Caller::Watched call(client.caller(), opening_deadline(deadline));
  if (auto ready = with_cures(live_, [&] { return open_for(client); }); !ready) return fail(std::move(ready.error()));
  if (client.session_key()) {
    return fail(ErrorCode::InvalidRequest, "this connection has a session key that was not used yet", "use that one");
  }
  if (auto wanted = still_wanted(client, deadline); !wanted) return fail(std::move(wanted.error()));
  auto key = SessionKey::make(*client.session(), request.algorithm);
  if (!key) {
    (void)take_note(client, key.error());
    return fail(std::move(key.error()));
  }
  live_.used();
  client.session_key() = std::move(*key);
  const PublicKey& made = client.session_key()->public_key();
  return protocol::TokenKey{
      .id = encode_hex(client.session_key()->id()), .label = {}, .algorithm = made.algorithm, .public_key = made.spki};
}

Result<Bytes> Token::sign_with_session_key(Client& client, const protocol::TokenSessionSignRequest& request,
                                           Deadline deadline) {
  const auto turn = turns_.share(client.caller(), deadline);
  if (!turn) return fail(turn.error());
  const Caller::Watched call(client.caller(), deadline);
  client.move_to(live_.epoch());
  if (!client.session_key()) {
    return fail(ErrorCode::KeyNotFound,
                "this connection has no session key: none was made, it was used, or the token was opened anew",
                "make a new one");
  }
  auto signature = [&]() -> Result<Bytes> {
    if (auto wanted = still_wanted(client, deadline); !wanted) return fail(std::move(wanted.error()));
    auto started = client.session_key()->start(*client.session(), request);
    if (started) return finish(client, *started);
    // What was refused here never reached the module: its session is as good as before.
    if (cure_for(started.error().code) != Cure::None) (void)take_note(client, started.error());
    return fail(std::move(started.error()));
  }();
  if (request.step == protocol::SessionStep::Signature) client.destroy_session_key();
  return signature;
}

Turns::Alone Token::close() {
  auto turn = turns_.alone_if_idle(kIdleTime);
  if (turn) live_.close();
  return turn;
}

void Token::leave(Client& client) {
  if (!client.session()) return;
  // Nobody may reopen the token meanwhile: the session's number could then be another one's.
  const auto turn = turns_.share_to_leave(kLeavingTime);
  if (!turn) return;
  const Caller::Watched call(client.caller(), Deadline::after(kClosingTime));
  client.move_to(live_.epoch());
  client.destroy_session_key();
  client.drop_session();
}

}  // namespace signet::pkcs11
