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
std::optional<std::string> pin_problem(protocol::PinState pin) {
  using protocol::PinState;
  switch (pin) {
    case PinState::NotNeeded:
    case PinState::Accepted:
      return std::nullopt;
    case PinState::None:
      return "it wants a PIN and none is known: configure `pin` of the token";
    case PinState::Incorrect:
      return "it refused the PIN, which is not sent again: correct it and restart the agent";
    case PinState::Locked:
      return "its PIN is locked: unlock it with its own tool";
    case PinState::FinalTry:
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
             Notice notice)
    : name_(configured.name),
      is_piv_(configured.module.empty()),
      socket_(std::move(socket)),
      worker_(executor,
              Worker::Settings{.token = configured.name,
                               .command = std::move(command),
                               .module = std::move(module),
                               .listener = socket_.fd(),
                               .refused_pin = std::move(refused_pin)},
              std::move(notice)),
      client_(executor, socket_.path(), configured.name,
              {.lost = [this] { worker_.note_lost(); },
               .wait = [this](Deadline deadline) { return worker_.wait_until_there(deadline); }}),
      queue_(executor, kTokenConnections),
      missed_(missed) {}

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
  co_return reply;
}

// What a reply says of the worker and of its PIN.
void Token::note_reply(Result<json::Value>& reply) {
  if (reply) return worker_.note_answer();
  Error& error = reply.error();
  if (error.code == ErrorCode::PinIncorrect) worker_.withhold_pin();
  if (error.code != ErrorCode::PinRequired || !worker_.withholds_pin()) return;
  error.what = "token " + name_ + " gets its PIN no more, since it refused it";
  error.remedy = "correct the PIN's file, then restart the agent";
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
  bool waited = false;
  OnWaiting on_waiting = [&waited, &attendance]() -> Awaitable<void> {
    waited = true;
    if (attendance.on_touch) co_await attendance.on_touch();
  };
  auto signature =
      co_await ask_to_sign(intent, key, digest, patience.deadline.within(patience.answer), std::move(on_waiting));
  queue_.note(key.id(), waited, steady_clock::now());
  if (signature && waited) missed_.forgive(peer);
  if (!signature && signature.error().code == ErrorCode::TouchTimeout) missed_.note(peer, steady_clock::now());
  co_return signature;
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
  if (!reply && is_silence(reply.error().code)) intent.remark(may_be);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_generate_reply(*reply);
  if (parsed) co_return std::move(*parsed);
  intent.remark(may_be);
  co_return fail(ErrorCode::WorkerFailed,
                 "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
}

Awaitable<Result<std::shared_ptr<SessionKey>>> Token::make_session_key(const Intent& /*intent*/,
                                                                       const std::string& algorithm,
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
  status.problem = worker_.problem();
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
  status.problem = pin_problem(worker_.withholds_pin() ? protocol::PinState::Incorrect : found->pin);
  status.state = status.problem ? "failed" : "ready";
  co_return status;
}

}  // namespace signet::agent
