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

}  // namespace

Token::Token(boost::asio::any_io_executor executor, const config::Token& configured, WorkerCommand command,
             std::filesystem::path module, SocketFile socket, Notice notice)
    : name_(configured.name),
      socket_(std::move(socket)),
      worker_(executor,
              Worker::Settings{.token = configured.name,
                               .command = std::move(command),
                               .module = std::move(module),
                               .listener = socket_.fd()},
              std::move(notice)),
      client_(executor, socket_.path(), configured.name) {}

Awaitable<Result<PinnedKey>> Token::find_key(const config::Identity& identity, Deadline deadline) {
  if (const auto known = known_.find(identity.name); known != known_.end()) co_return known->second;
  auto listed = co_await keys(deadline);
  if (!listed) co_return fail(std::move(listed.error()));
  auto key = choose_key(identity, *listed);
  if (key) known_.insert_or_assign(identity.name, *key);
  co_return key;
}

Awaitable<Result<Bytes>> Token::sign(const Intent& intent, const PinnedKey& key, const Digest& digest,
                                     Deadline deadline, OnWaiting on_waiting) {
  const auto build = [&key, &digest, deadline] {
    protocol::TokenSignRequest request{
        .id = key.id(), .public_key = to_bytes(key.public_key().spki()), .input = digest};
    request.deadline = deadline.remaining();
    return request.encode();
  };
  auto reply = co_await client_.call("Sign", build, deadline, std::move(on_waiting));
  if (!reply) {
    if (reply.error().code == ErrorCode::PinIncorrect) worker_.withhold_pin();
    // What stands there now is looked up anew, so that the next request says what it is.
    if (reply.error().code == ErrorCode::KeyNotFound) known_.erase(intent.approval().decision().identity()->name);
    co_return fail(std::move(reply.error()));
  }
  auto parsed = protocol::parse_token_sign_reply(*reply);
  if (parsed && parsed->signature) co_return std::move(*parsed->signature);
  co_return fail(ErrorCode::WorkerFailed, "the worker of token " + name_ + " answered without a signature");
}

Awaitable<Result<protocol::TokenKey>> Token::generate(const Intent& /*intent*/, std::string label, std::string id,
                                                      std::string algorithm, Deadline deadline) {
  const auto build = [&label, &id, &algorithm, deadline] {
    protocol::TokenGenerateRequest request{.label = label, .id = id, .algorithm = algorithm};
    request.deadline = deadline.remaining();
    return request.encode();
  };
  auto reply = co_await client_.call("GenerateKey", build, deadline);
  if (!reply && reply.error().code == ErrorCode::PinIncorrect) worker_.withhold_pin();
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_generate_reply(*reply);
  if (parsed) co_return std::move(parsed->key);
  co_return fail(ErrorCode::WorkerFailed,
                 "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
}

Awaitable<Result<std::vector<protocol::TokenKey>>> Token::keys(Deadline deadline) {
  auto reply = co_await client_.call("Keys", no_parameters, deadline);
  if (!reply) co_return fail(std::move(reply.error()));
  auto parsed = protocol::parse_token_keys_reply(*reply);
  if (parsed) co_return std::move(parsed->keys);
  co_return fail(ErrorCode::WorkerFailed,
                 "the worker of token " + name_ + " answered nonsense: " + display_text(parsed.error().what));
}

Awaitable<Result<protocol::TokenInfoReply>> Token::info(Deadline deadline) {
  auto reply = co_await client_.call("Info", no_parameters, deadline);
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
  status.problem = pin_problem(found->pin);
  status.state = status.problem ? "failed" : "ready";
  co_return status;
}

}  // namespace signet::agent
