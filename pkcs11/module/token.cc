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
constexpr std::chrono::seconds kOpeningTime{30};
/// Info does not wait for a finger.
constexpr std::chrono::milliseconds kInfoPatience{500};
/// A connection that ends waits this long for its turn to close its session.
constexpr std::chrono::seconds kLeavingTime{60};

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

}  // namespace

Token::Token(Options options, KeeperLink& link) : live_(std::move(options), link) {}

Result<void> Token::open_and_log_in() {
  if (auto opened = live_.open(); !opened) return opened;
  return live_.log_in();
}

Result<void> Token::open_and_try_to_log_in() {
  auto logged_in = open_and_log_in();
  return logged_in || !is_about_pin(logged_in.error().code) ? logged_in : Result<void>();
}

Result<protocol::TokenInfoReply> Token::info(Client& client, Deadline deadline) {
  const auto turn = turns_.alone(client, deadline.within(kInfoPatience));
  if (!turn) {
    const std::scoped_lock lock(last_info_mutex_);
    if (last_info_) return *last_info_;
    return fail(turn.error());
  }
  const Client::ModuleCall call(client, opening_deadline(deadline));
  const auto ready = with_cures(live_, [this] { return open_and_try_to_log_in(); });
  if (!ready) return fail(ready.error());
  const std::scoped_lock lock(last_info_mutex_);
  last_info_ = describe();
  return *last_info_;
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
  const auto turn = turns_.alone(client, deadline);
  if (!turn) return fail(turn.error());
  const Client::ModuleCall call(client, opening_deadline(deadline));
  return with_cures(live_, [this]() -> Result<std::vector<protocol::TokenKey>> {
    if (auto ready = open_and_try_to_log_in(); !ready) return fail(std::move(ready.error()));
    auto keys = list_keys(live_.session());
    if (keys) live_.used();
    return keys;
  });
}

Result<protocol::TokenKey> Token::generate(Client& client, const protocol::TokenGenerateRequest& request,
                                           Deadline deadline) {
  const auto turn = turns_.alone(client, deadline);
  if (!turn) return fail(turn.error());
  const Client::ModuleCall call(client, opening_deadline(deadline));
  const auto session = with_cures(live_, [this]() -> Result<Session> {
    if (auto ready = open_and_log_in(); !ready) return fail(std::move(ready.error()));
    return Session::open(live_.module(), live_.slot().id, Access::ReadWrite);
  });
  if (!session) return fail(session.error());
  if (deadline.passed())
    return fail(ErrorCode::Deadline, "the token was opened too late; no key was made", "try again");
  auto key = generate_key(*session, request);
  if (key) {
    live_.used();
  } else {
    live_.expect(cure_for(key.error().code));
  }
  return key;
}

Result<Bytes> Token::sign(Client& client, const protocol::TokenSignRequest& request, Deadline deadline) {
  const auto* digest = std::get_if<Digest>(&request.input);
  if (digest == nullptr) {
    return fail(ErrorCode::KeyUnsuitable, "this version signs digests, not messages", "use a P-256 key");
  }
  auto id = parse_hex(request.id);
  if (!id) return fail(std::move(id.error()));
  const Task task{.id = std::move(*id), .spki = request.public_key, .digest = *digest, .deadline = deadline};
  if (auto signature = sign_side_by_side(client, task)) return std::move(*signature);
  return sign_alone(client, task);
}

std::optional<Result<Bytes>> Token::sign_side_by_side(Client& client, const Task& task) {
  if (live_.rested()) return std::nullopt;
  const auto turn = turns_.share(client, task.deadline);
  if (!turn) return fail(turn.error());
  if (!client.is_of(live_.epoch()) || !client.session()) return std::nullopt;
  const SigningKey* key = client.find_key(task.id, task.spki);
  if (key == nullptr || key->always_authenticate()) return std::nullopt;
  const Client::ModuleCall call(client, task.deadline);
  const auto started = start(client, *key, task);
  if (started) return finish(client, *started, task.digest);
  if (take_note(client, started.error()) == Cure::None) return fail(started.error());
  return std::nullopt;
}

Result<Bytes> Token::sign_alone(Client& client, const Task& task) {
  const auto turn = turns_.alone(client, task.deadline);
  if (!turn) return fail(turn.error());
  Client::ModuleCall call(client, opening_deadline(task.deadline));
  for (int cures = 0;; ++cures) {
    const auto key = prepare(client, task);
    Error error;
    if (key) {
      call.move_to(task.deadline);
      const auto started = start(client, **key, task);
      if (started) return finish(client, *started, task.digest);
      error = started.error();
    } else {
      error = key.error();
    }
    if (take_note(client, error) == Cure::None || cures == kCures) return fail(std::move(error));
    call.move_to(opening_deadline(task.deadline));
  }
}

Result<const SigningKey*> Token::prepare(Client& client, const Task& task) {
  if (auto ready = open_and_log_in(); !ready) return fail(std::move(ready.error()));
  client.move_to(live_.epoch());
  if (!client.session()) {
    auto session = Session::open(live_.module(), live_.slot().id, Access::ReadOnly);
    if (!session) return fail(std::move(session.error()));
    client.session() = std::move(*session);
  }
  if (const SigningKey* known = client.find_key(task.id, task.spki)) return known;
  auto key = SigningKey::find(*client.session(), task.id, task.spki);
  if (!key) return fail(std::move(key.error()));
  return &client.remember(std::move(*key));
}

Result<StartedSignature> Token::start(Client& client, const SigningKey& key, const Task& task) {
  // The last moment at which nobody has been asked for a finger.
  if (task.deadline.passed()) {
    return fail(ErrorCode::Deadline, "the deadline passed before the token was asked", "try again");
  }
  if (client.has_gone()) return fail(ErrorCode::Cancelled, "the peer went away before the token was asked");
  return key.start(*client.session(), task.digest,
                   [this](const Session& session) { return live_.log_in_for_operation(session); });
}

Result<Bytes> Token::finish(Client& client, const StartedSignature& started, const Digest& digest) {
  auto signature = [&] {
    const Client::Notice notice(client);
    return started.finish(digest);
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

void Token::leave(Client& client) {
  if (!client.session()) return;
  // Nobody may reopen the token meanwhile: the session's number could then be another one's.
  const auto turn = turns_.share_to_leave(kLeavingTime);
  if (!turn) return;
  client.move_to(live_.epoch());
  client.drop_session();
}

}  // namespace signet::pkcs11
