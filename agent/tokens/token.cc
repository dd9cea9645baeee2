#include "agent/tokens/token.h"

#include <utility>

#include "common/display.h"

namespace signet::agent {
namespace {

using protocol::TokenInfo;

json::Value no_parameters() { return json::Object{}; }

std::string_view state_for(ErrorCode code) {
  if (code == ErrorCode::TokenRemoved) return "absent";
  return code == ErrorCode::Deadline ? "starting" : "failed";
}

// A token that is there and whose PIN is not right signs nothing.
std::optional<std::string> problem_of(protocol::PinState pin, bool prompts, const std::string& token) {
  using protocol::PinState;
  if (prompts && (pin == PinState::None || pin == PinState::Incorrect)) return std::nullopt;  // somebody is asked
  switch (pin) {
    case PinState::NotNeeded:
    case PinState::Accepted:
      return std::nullopt;
    case PinState::None:
      return "it wants a PIN and none is known: signet unlock " + token;
    case PinState::Incorrect:
      return "it refused the PIN, which is not sent again: correct it and restart the agent";
    case PinState::Locked:
      return "its PIN is locked: unlock it with its own tool";
    case PinState::FinalTry:
      if (prompts)
        return "its PIN has one try left: `signet unlock` asks whether to use it, or log in with its own tool";
      return "its PIN has one try left, which signet does not spend: log in with its own tool";
  }
  return std::nullopt;
}

// The token may have done what it was asked.
bool is_silence(ErrorCode code) {
  return code == ErrorCode::Cancelled || code == ErrorCode::Deadline || code == ErrorCode::TouchTimeout ||
         code == ErrorCode::WorkerFailed;
}

}  // namespace

Token::Token(boost::asio::any_io_executor executor, const config::Token& configured, WorkerCommand command,
             std::filesystem::path module, std::filesystem::path refused_pin, SocketFile socket, MissedTouches& missed,
             TouchWatch& touches, Notice notice, PinEntryCommand pin_entry)
    : name_(configured.name),
      is_piv_(configured.module.empty()),
      socket_(std::move(socket)),
      pins_(executor, configured, std::move(pin_entry),
            {.info = [this](Deadline deadline) { return info(deadline); },
             .take_pin = [this](UniqueFd connection) { return take_pin(std::move(connection)); }}),
      worker_(executor,
              Worker::Settings{.token = configured.name,
                               .command = std::move(command),
                               .module = std::move(module),
                               .listener = socket_.fd(),
                               .refused_pin = std::move(refused_pin),
                               .on_entered_pin = [this](protocol::KeeperNews news) { note_entered_pin(news); }},
              std::move(notice)),
      client_(executor, socket_.path(), configured.name,
              {.lost = [this] { worker_.note_lost(); },
               .wait = [this](Deadline deadline) { return worker_.wait_until_there(deadline); }}),
      queue_(executor, kTokenConnections),
      missed_(missed),
      touches_(touches) {}

Awaitable<Result<PinnedKey>> Token::find_key(const config::Identity& identity, Deadline deadline) {
  if (const auto known = known_.find(identity.name); known != known_.end() && known->second) {
    co_return known->second;
  }
  const auto meant = config::key_on(identity, name_);
  if (!meant) co_return fail(ErrorCode::Bug, "identity " + identity.name + " has no key on token " + name_);
  auto listed = co_await keys(deadline);
  if (!listed) co_return fail(std::move(listed.error()));
  auto key = choose_key(identity.name, *meant, *listed);
  known_.insert_or_assign(identity.name, key);
  co_return key;
}

const Result<PinnedKey>* Token::known_key(const std::string& identity) const {
  const auto known = known_.find(identity);
  return known == known_.end() ? nullptr : &known->second;
}

Awaitable<Result<json::Value>> Token::call(std::string_view method, std::function<json::Value()> build,
                                           Deadline deadline, Repeat repeat, OnWaiting on_waiting) {
  if (auto there = co_await worker_.wait_until_there(deadline); !there) co_return fail(std::move(there.error()));
  auto reply = co_await client_.call(method, std::move(build), deadline, repeat, std::move(on_waiting));
  note_reply(reply);
  const bool ended = !reply && reply.error().code == ErrorCode::WorkerFailed && worker_.is_released();
  if (ended) co_return fail(worker_.say_released());
  co_return reply;
}

// What a reply says of the worker and of its PIN.
void Token::note_reply(Result<json::Value>& reply) {
  if (reply) return worker_.note_answer();
  Error& error = reply.error();
  if (error.code == ErrorCode::PinIncorrect) worker_.withhold_pin();
  if (error.code == ErrorCode::PinRequired) {
    error.remedy = "enter it: signet unlock " + name_;
    if (!pins_.asks_somebody() && !worker_.is_locked())
      error.remedy += "; or correct `pin` of the token and restart the agent";
  } else if (error.code == ErrorCode::PinIncorrect && pins_.asks_somebody()) {
    error.remedy = "ask again, and enter the right one";
  }
  if (error.code != ErrorCode::PinRequired || !worker_.withholds_pin()) return;
  error.what = "token " + name_ + " gets its PIN no more, since it refused it";
  error.remedy = "correct the PIN's file, then restart the agent";
}

bool Token::release() {
  const bool was_held = worker_.release();
  pins_.turn_away(worker_.say_released());
  return was_held;
}

void Token::end_prompts() {
  pins_.turn_away({.code = ErrorCode::PinRequired,
                   .what = "the agent ends while the PIN of token " + name_ + " is waited for",
                   .remedy = "start it, and ask again"});
}

void Token::note_entered_pin(protocol::KeeperNews news) {
  if (news == protocol::KeeperNews::PinEntered) pins_.note_entered();
  if (news == protocol::KeeperNews::PinRefused) pins_.note_refused();
}

Result<void> Token::take_pin(UniqueFd connection) { return worker_.hand_over(std::move(connection)); }

// C_Sign cannot be cancelled: what a client gave up stays in the module until the token is touched or its time is over,
// and whoever comes next waits for that without a word from the worker.
std::string Token::given_up_note() const {
  return "; token " + name_ + " may still wait for a touch of a request that was given up, which comes first";
}

// The time for the touch begins when the token is asked, not while others touch it.
Awaitable<Result<Bytes>> Token::sign(const Intent& intent, const PinnedKey& key, protocol::TokenInput input,
                                     Patience patience, Attendance attendance) {
  using std::chrono::steady_clock;
  const protocol::Peer& peer = intent.approval().decision().peer();
  if (auto may = missed_.check(peer, steady_clock::now()); !may) co_return fail(std::move(may.error()));
  auto turn = co_await queue_.enter(key.id(), peer.pid, patience.deadline, std::move(attendance.on_place));
  if (!turn) co_return fail(std::move(turn.error()).during("waiting for the turn at token " + name_));
  if (auto may = missed_.check(peer, steady_clock::now()); !may) co_return fail(std::move(may.error()));
  std::optional<TouchWatch::Entry> awaited;
  const auto tell = [this, &awaited, &attendance, &intent](std::string note) -> Awaitable<void> {
    AwaitedTouch touch{.token = name_, .purpose = attendance.purpose + note, .asker = {}};
    touch.asker = asker_of(intent.approval().decision());
    awaited.emplace(touches_, std::move(touch));
    if (attendance.on_touch) co_await attendance.on_touch(note);
  };
  bool waited = false;
  const OnWaiting on_waiting = [&tell, &waited]() -> Awaitable<void> {
    waited = true;
    co_await tell(std::string());
  };
  if (!given_up_until_.passed()) co_await tell(given_up_note());
  Deadline end = patience.deadline;
  std::function<Awaitable<Result<Bytes>>()> ask = [&]() {
    end = patience.deadline.within(patience.answer);
    return ask_to_sign(intent, key, input, end, on_waiting);
  };
  auto signature = co_await pins_.with_pin(std::move(ask), attendance.pin, patience.deadline);
  awaited.reset();
  queue_.note(key.id(), waited, steady_clock::now());
  if (signature) note_touch(intent, key, waited);
  if (signature && waited) missed_.forgive(peer);
  if (!signature && waited && signature.error().code == ErrorCode::Cancelled) given_up_until_ = end;
  if (!signature && signature.error().code == ErrorCode::TouchTimeout) missed_.note(peer, steady_clock::now());
  co_return signature;
}

// Who reads the audit log wants to know which signatures somebody stood beside.
void Token::note_touch(const Intent& intent, const PinnedKey& key, bool waited) {
  if (key.touch().value_or(protocol::TouchPolicy::Never) == protocol::TouchPolicy::Never) return;
  const auto now = std::chrono::steady_clock::now();
  if (waited) {
    touched_[key.id()] = now;
    return intent.remark("token " + name_ + " was touched");
  }
  const auto last = touched_.find(key.id());
  if (last != touched_.end() && now - last->second <= kTouchCached) {
    const auto ago = std::chrono::duration_cast<std::chrono::seconds>(now - last->second);
    return intent.remark("token " + name_ + " was not touched: it took the touch of " + std::to_string(ago.count()) +
                         " s before for this one, too");
  }
  intent.remark("token " + name_ + " answered at once: it was touched, or remembered a touch");
}

Awaitable<Result<Bytes>> Token::ask_to_sign(const Intent& intent, const PinnedKey& key,
                                            const protocol::TokenInput& input, Deadline deadline,
                                            OnWaiting on_waiting) {
  int times = 0;
  const auto build = [&key, &input, deadline, &times] {
    ++times;
    protocol::TokenSignRequest request{.id = key.id(), .public_key = to_bytes(key.public_key().spki()), .input = input};
    request.deadline = deadline.remaining();
    return request.encode();
  };
  const Repeat repeat = key.asks_each_time() ? Repeat::Never : Repeat::Once;
  auto reply = co_await call("Sign", build, deadline, repeat, std::move(on_waiting));
  if (times > 1) intent.remark("asked the token a second time: its process ended while it was asked");
  if (!reply) {
    // What stands there now is looked up anew, so that the next request says what it is.
    if (reply.error().code == ErrorCode::KeyNotFound) known_.erase(intent.approval().decision().identity()->name);
    co_return fail(std::move(reply.error()));
  }
  auto parsed = protocol::parse_token_sign_reply(*reply);
  if (parsed && parsed->signature) co_return std::move(*parsed->signature);
  co_return fail(ErrorCode::WorkerFailed, "the worker of token " + name_ + " answered without a signature");
}

Awaitable<Result<protocol::TokenGenerateReply>> Token::generate(const Intent& intent,
                                                                protocol::TokenGenerateRequest order,
                                                                Deadline deadline) {
  const auto build = [&order, deadline] {
    order.deadline = deadline.remaining();
    return order.encode();
  };
  auto reply = co_await call("GenerateKey", build, deadline, Repeat::Never);
  const std::string may_be = "the token may hold a new key with id " + order.id + " all the same: see signet key list";
  if (!reply && (is_silence(reply.error().code) || worker_.is_released())) intent.remark(may_be);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_generate_reply(*reply);
  if (parsed) co_return std::move(*parsed);
  intent.remark(may_be);
  co_return fail(ErrorCode::WorkerFailed,
                 "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
}

Awaitable<Result<std::shared_ptr<SessionKey>>> Token::make_session_key(const Intent& /*intent*/,
                                                                       const std::string& algorithm, Patience patience,
                                                                       const PinAsker& asker) {
  std::function<Awaitable<Result<std::shared_ptr<SessionKey>>>()> ask = [&]() {
    return make_session_key_once(algorithm, patience.deadline.within(patience.answer));
  };
  co_return co_await pins_.with_pin(std::move(ask), asker, patience.deadline);
}

Awaitable<Result<std::shared_ptr<SessionKey>>> Token::make_session_key_once(const std::string& algorithm,
                                                                            Deadline deadline) {
  if (auto there = co_await worker_.wait_until_there(deadline); !there) co_return fail(std::move(there.error()));
  auto line = co_await client_.open_line(deadline);
  if (!line) co_return fail(std::move(line.error()));
  const auto build = [&algorithm, deadline] {
    protocol::TokenSessionKeyRequest request{.algorithm = algorithm};
    request.deadline = deadline.remaining();
    return request.encode();
  };
  OnWaiting nobody;
  auto reply = co_await (*line)->call("MakeSessionKey", build, deadline, std::move(nobody));
  note_reply(reply);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_generate_reply(*reply);
  if (!parsed) {
    co_return fail(ErrorCode::WorkerFailed,
                   "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
  }
  auto public_key = sigstore::PublicKey::from_spki(parsed->key.public_key);
  if (!public_key || sigstore::key_kind_name(public_key->kind()) != algorithm) {
    co_return fail(ErrorCode::KeyUnsuitable, "token " + name_ + " made another key than a " + algorithm + " one",
                   "use another token, or a key that stays on it");
  }
  co_return std::make_shared<SessionKey>(std::move(*line), std::move(*public_key));
}

Awaitable<Result<std::vector<protocol::TokenKey>>> Token::keys(Deadline deadline) {
  auto reply = co_await call("Keys", no_parameters, deadline, Repeat::Once);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_keys_reply(*reply);
  if (!parsed) {
    co_return fail(ErrorCode::WorkerFailed,
                   "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
  }
  shown_.clear();
  for (const protocol::TokenKey& key : parsed->keys) shown_.insert(fingerprint_of(key.public_key));
  co_return std::move(parsed->keys);
}

Awaitable<Result<protocol::TokenInfoReply>> Token::info(Deadline deadline) {
  auto reply = co_await call("Info", no_parameters, deadline, Repeat::Once);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_info_reply(*reply);
  if (parsed && parsed->pin == protocol::PinState::Incorrect) worker_.withhold_pin();
  if (parsed) co_return std::move(*parsed);
  co_return fail(ErrorCode::WorkerFailed,
                 "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
}

Awaitable<TokenInfo> Token::status(Deadline deadline) {
  TokenInfo status{.name = name_, .state = "failed"};
  if (const AwaitedTouch* touch = touches_.on(name_)) status.touch = touch->sentence();
  status.problem = worker_.problem();
  if (worker_.is_released()) status.state = "absent";
  if (status.problem) co_return status;
  auto found = co_await info(deadline);
  if (!found) {
    status.state = std::string(state_for(found.error().code));
    status.problem = found.error().what;
    co_return status;
  }
  status.label = display_text(found->label);
  status.serial = display_text(found->serial);
  status.model = display_text(found->model);
  status.pin = protocol::pin_state_name(found->pin);
  status.tries = found->tries;
  if (found->pin == protocol::PinState::FinalTry) status.tries = 1;
  status.problem =
      problem_of(worker_.withholds_pin() ? protocol::PinState::Incorrect : found->pin, pins_.asks_somebody(), name_);
  status.state = status.problem ? "failed" : "ready";
  co_return status;
}

}  // namespace signet::agent
