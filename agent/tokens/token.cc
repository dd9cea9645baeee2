#include "agent/tokens/token.h"

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

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

bool is_about_pin(ErrorCode code) {
  return code == ErrorCode::PinRequired || code == ErrorCode::PinIncorrect || code == ErrorCode::PinLocked;
}

// A person who enters a PIN (D15).
constexpr std::chrono::seconds kPinTime{120};
// A token says what it likes of itself; what matters stands behind it.
constexpr std::size_t kShownOfALabel = 64;
// A look at a token before somebody is asked for its PIN.
constexpr std::chrono::seconds kLookTime{10};

std::vector<config::PinPrompt> prompts_of(const config::Token& token) {
  if (token.pin.kind != config::PinSource::Kind::Prompt) return {};
  return token.pin.prompts;
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
      prompts_(prompts_of(configured)),
      pin_entry_(std::move(pin_entry)),
      executor_(executor),
      socket_(std::move(socket)),
      desk_(executor, configured.name),
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
    if (prompts_.empty() && !worker_.is_locked())
      error.remedy += "; or correct `pin` of the token and restart the agent";
  } else if (error.code == ErrorCode::PinIncorrect && !prompts_.empty()) {
    error.remedy = "ask again, and enter the right one";
  }
  if (error.code != ErrorCode::PinRequired || !worker_.withholds_pin()) return;
  error.what = "token " + name_ + " gets its PIN no more, since it refused it";
  error.remedy = "correct the PIN's file, then restart the agent";
}

bool Token::release() {
  const bool was_held = worker_.release();
  desk_.turn_away(worker_.say_released());
  return was_held;
}

void Token::end_prompts() {
  desk_.turn_away({.code = ErrorCode::PinRequired,
                   .what = "the agent ends while the PIN of token " + name_ + " is waited for",
                   .remedy = "start it, and ask again"});
}

void Token::note_entered_pin(protocol::KeeperNews news) {
  if (news == protocol::KeeperNews::PinEntered) desk_.note_entered();
  if (news == protocol::KeeperNews::PinRefused) desk_.note_refused();
}

Result<void> Token::take_pin(UniqueFd connection) { return worker_.hand_over(std::move(connection)); }

// Whatever is asked, a PIN is wanted before anything has happened: asking again is safe.
template <typename T>
Awaitable<Result<T>> Token::with_pin(std::function<Awaitable<Result<T>>()> ask, const PinAsker& asker,
                                     Deadline deadline) {
  for (bool entered = false;; entered = true) {
    const std::uint64_t seen = desk_.entered();
    Result<T> reply = co_await ask();
    if (reply || prompts_.empty() || !is_about_pin(reply.error().code)) co_return reply;
    // Something else is wrong than the PIN: the token wants none that can be sent.
    if (entered && reply.error().code == ErrorCode::PinRequired && !desk_.refused()) co_return reply;
    auto there = co_await get_pin(std::move(reply.error()), seen, asker, deadline);
    if (!there) co_return fail(std::move(there.error()));
  }
}

Awaitable<Result<void>> Token::get_pin(Error wanted, std::uint64_t seen, const PinAsker& asker, Deadline deadline) {
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

Awaitable<Result<void>> Token::ask_at_terminal(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                               Deadline deadline) {
  co_await asker.ask(need);
  auto entered = co_await desk_.wait(seen, deadline);
  if (asker.over) asker.over();
  co_return entered;
}

// There is no way to insist in its window, so the last try is for the terminal.
Awaitable<Result<void>> Token::ask_at_pinentry(std::uint64_t seen, const PinNeed& need, const PinAsker& asker,
                                               Deadline deadline) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (need.tries == 1) {
    co_return fail(ErrorCode::PinLocked, "one more wrong PIN would lock token " + name_ + ", so pinentry is not asked",
                   "enter it at a terminal: signet unlock " + name_);
  }
  std::function<Result<void>(UniqueFd)> hand_over = [this](UniqueFd end) { return take_pin(std::move(end)); };
  std::string words = pin_prompt(need, asker.purpose);
  auto asking = ask_by_pinentry(executor_, pin_entry_, std::move(words), std::move(hand_over), deadline);
  auto elsewhere = desk_.wait(seen, deadline);
  auto first = co_await (std::move(asking) || std::move(elsewhere));
  if (first.index() == 1) co_return std::move(std::get<1>(first));
  if (auto& asked = std::get<0>(first); !asked) co_return std::move(asked);
  co_return co_await desk_.wait(seen, deadline);
}

// Of a token that holds no PIN nothing is tried by looking at it.
Awaitable<Result<PinNeed>> Token::describe_need(Error wanted, Deadline deadline) {
  auto found = co_await info(deadline.within(kLookTime));
  if (!found) co_return fail(std::move(found.error()));
  PinNeed need{.token = name_,
               .label = quoted_text(found->label, kShownOfALabel),
               .serial = display_text(found->serial, kShownOfALabel)};
  need.tries = found->tries;
  need.refused = desk_.refused();
  const bool last_try = found->pin == protocol::PinState::FinalTry;
  if (last_try) need.tries = 1;
  if (wanted.code == ErrorCode::PinLocked && !last_try) co_return fail(std::move(wanted));
  co_return need;
}

// The time for the touch begins when the token is asked, not while others touch it.
Awaitable<Result<Bytes>> Token::sign(const Intent& intent, const PinnedKey& key, const Digest& digest,
                                     Patience patience, Attendance attendance) {
  using std::chrono::steady_clock;
  const protocol::Peer& peer = intent.approval().decision().peer();
  if (auto may = missed_.check(peer, steady_clock::now()); !may) co_return fail(std::move(may.error()));
  auto turn = co_await queue_.enter(key.id(), peer.pid, patience.deadline, std::move(attendance.on_place));
  if (!turn) co_return fail(std::move(turn.error()).during("waiting for the turn at token " + name_));
  if (auto may = missed_.check(peer, steady_clock::now()); !may) co_return fail(std::move(may.error()));
  std::optional<TouchWatch::Entry> awaited;
  const OnWaiting on_waiting = [this, &awaited, &attendance, &intent]() -> Awaitable<void> {
    AwaitedTouch touch{.token = name_, .purpose = attendance.purpose, .asker = {}};
    touch.asker = asker_of(intent.approval().decision());
    awaited.emplace(touches_, std::move(touch));
    if (attendance.on_touch) co_await attendance.on_touch();
  };
  std::function<Awaitable<Result<Bytes>>()> ask = [&]() {
    return ask_to_sign(intent, key, digest, patience.deadline.within(patience.answer), on_waiting);
  };
  auto signature = co_await with_pin(std::move(ask), attendance.pin, patience.deadline);
  const bool waited = awaited.has_value();
  awaited.reset();
  queue_.note(key.id(), waited, steady_clock::now());
  if (signature) note_touch(intent, key, waited);
  if (signature && waited) missed_.forgive(peer);
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

Awaitable<Result<Bytes>> Token::ask_to_sign(const Intent& intent, const PinnedKey& key, const Digest& digest,
                                            Deadline deadline, OnWaiting on_waiting) {
  int times = 0;
  const auto build = [&key, &digest, deadline, &times] {
    ++times;
    protocol::TokenSignRequest request{
        .id = key.id(), .public_key = to_bytes(key.public_key().spki()), .input = digest};
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
  co_return co_await with_pin(std::move(ask), asker, patience.deadline);
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
      problem_of(worker_.withholds_pin() ? protocol::PinState::Incorrect : found->pin, !prompts_.empty(), name_);
  status.state = status.problem ? "failed" : "ready";
  co_return status;
}

}  // namespace signet::agent
