#include "agent/flow/key_check.h"

#include <exception>
#include <list>
#include <set>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "agent/flow/deadlines.h"
#include "agent/loop/together.h"
#include "agent/policy/use_table.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

}  // namespace

std::optional<Error> key_problem(Tokens& tokens, const config::Identity& identity, const std::string& on_token) {
  const auto token = tokens.find(on_token);
  const Result<PinnedKey>* key = token ? (*token)->known_key(identity.name) : nullptr;
  if (key == nullptr) return std::nullopt;
  if (!*key) return key->error();
  auto fits = check_key_kind(identity, (*key)->public_key().kind());
  return fits ? std::nullopt : std::optional(std::move(fits.error()));
}

bool is_worth_a_look(const Token& token, const std::string& identity) {
  const Result<PinnedKey>* key = token.known_key(identity);
  return key == nullptr || (!*key && key->error().code == ErrorCode::KeyNotFound);
}

struct KeyCheck::Running {
  std::list<asio::cancellation_signal> signals{};  // one for each coroutine
  std::set<const Token*> asked{};                  // tokens that are being asked
};

KeyCheck::KeyCheck(asio::any_io_executor executor, const config::Configuration& configuration, Tokens& tokens)
    : executor_(std::move(executor)),
      configuration_(configuration),
      tokens_(tokens),
      ended_(executor_),
      running_(std::make_unique<Running>()) {}
KeyCheck::~KeyCheck() = default;

void KeyCheck::spawn(Awaitable<void> work) {
  const auto signal = running_->signals.emplace(running_->signals.end());
  asio::co_spawn(executor_, std::move(work),
                 asio::bind_cancellation_slot(signal->slot(), [this, signal](const std::exception_ptr&) {
                   running_->signals.erase(signal);
                   ended_.ring();
                 }));
}

void KeyCheck::start(Notice notice) {
  for (const Token* token : tokens_.all()) running_->asked.insert(token);
  spawn(run(std::move(notice)));
}

bool KeyCheck::look_again(Token& token) {
  if (!running_->asked.insert(&token).second) return false;
  spawn(read_again(token));
  return true;
}

Awaitable<void> KeyCheck::read_again(Token& token) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await read(token, Deadline::after(kListTime));
  running_->asked.erase(&token);
}

Awaitable<void> KeyCheck::read(Token& token, Deadline deadline) {
  for (const auto& [name, identity] : configuration_.identities) {
    const bool is_its = config::key_on(identity, token.name()) && !identity.ephemeral;
    if (is_its && is_worth_a_look(token, name)) (void)co_await token.find_key(identity, deadline);
  }
}

Awaitable<void> KeyCheck::run(Notice notice) {
  co_await asio::this_coro::throw_if_cancelled(false);
  std::vector<Job> jobs;
  for (Token* token : tokens_.all()) {
    jobs.emplace_back([this, token, &notice]() -> Awaitable<bool> {
      co_await read(*token, Deadline::after(kListTime));
      running_->asked.erase(token);
      for (const auto& [name, identity] : configuration_.identities) {
        if (!config::key_on(identity, token->name())) continue;
        const auto problem = key_problem(tokens_, identity, token->name());
        if (!problem) continue;
        const bool first = identity.token == token->name();
        notice((first ? "identity " + name : "the backup of identity " + name + " on token " + token->name()) +
               " cannot be used: " + problem->sentence());
      }
      co_return true;
    });
  }
  co_await run_together(executor_, std::move(jobs));
}

Awaitable<void> KeyCheck::wait(Deadline deadline) {
  while (!running_->signals.empty() && !deadline.passed()) {
    auto rung = co_await ended_.wait(deadline);
    if (!rung) co_return;
  }
}

Awaitable<bool> KeyCheck::stop(Deadline deadline) {
  for (asio::cancellation_signal& signal : running_->signals) signal.emit(asio::cancellation_type::terminal);
  while (!running_->signals.empty() && !deadline.passed()) co_await ended_.wait_regardless(deadline);
  const bool none = running_->signals.empty();
  co_return none;
}

}  // namespace signet::agent
