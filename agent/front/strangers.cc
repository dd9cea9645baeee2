#include "agent/front/strangers.h"

#include <exception>
#include <map>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "agent/flow/admission.h"
#include "agent/loop/bell.h"
#include "protocol/peer.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

}  // namespace

// Shared with the coroutines that write the lines.
struct Strangers::State : std::enable_shared_from_this<Strangers::State> {
  State(asio::any_io_executor loop, const Policy& rules, AuditLog& log, Notice told, Limits bounds)
      : executor(std::move(loop)),
        policy(rules),
        audit(log),
        notice(std::move(told)),
        limits(bounds),
        ending(executor),
        changed(executor) {}

  Awaitable<void> write_down(UniqueFd socket, protocol::Peer peer, Refuse refuse);

  asio::any_io_executor executor;
  const Policy& policy;
  AuditLog& audit;
  Notice notice;
  Limits limits;
  Bell ending;
  Bell changed;
  bool closed = false;
  bool told_full = false;
  std::map<uid_t, std::size_t> counted;  // since the last line of each user
};

// The line comes before the answer. Then it stays with that user for a while: whoever comes meanwhile is counted.
Awaitable<void> Strangers::State::write_down(UniqueFd socket, protocol::Peer peer, Refuse refuse) {
  const uid_t uid = peer.uid;
  auto refused = co_await admit(audit, policy.turn_away(peer, 0));
  if (!refused) refuse(socket.get(), refused.error());
  socket.reset();
  for (std::size_t more = 1; more > 0;) {
    if (!closed) co_await ending.wait_regardless(Deadline::after(limits.between_lines));
    more = std::exchange(counted[uid], 0);
    if (more > 0) (void)co_await admit(audit, policy.turn_away(peer, more));
  }
}

Strangers::Strangers(asio::any_io_executor executor, const Policy& policy, AuditLog& audit, Notice notice,
                     Limits limits)
    : state_(std::make_shared<State>(std::move(executor), policy, audit, std::move(notice), limits)) {}
Strangers::~Strangers() = default;

bool Strangers::is_one(uid_t uid) const { return !state_->policy.serves(uid); }

void Strangers::turn_away(UniqueFd socket, uid_t uid, Refuse refuse) {
  State& state = *state_;
  const auto known = state.counted.find(uid);
  const bool full = state.counted.size() >= state.limits.users;
  if (known != state.counted.end() || full || state.closed) {
    if (known != state.counted.end()) {
      ++known->second;
    } else if (!std::exchange(state.told_full, full) && full) {
      state.notice("more than " + std::to_string(state.limits.users) +
                   " users who may not use the agent come at once; not every one of them gets a line in the audit log");
    }
    protocol::Peer peer;
    peer.uid = uid;
    return refuse(socket.get(), *state.policy.turn_away(peer, 0).refusal());
  }
  state.told_full = false;
  auto peer = protocol::peer_of(socket.get());
  if (!peer) return;
  state.counted[uid] = 0;
  auto done = [self = state_, uid](const std::exception_ptr& thrown) {
    if (thrown) self->notice("turning a stranger away ended in an exception");
    self->counted.erase(uid);
    self->changed.ring();
  };
  asio::co_spawn(state.executor, state.write_down(std::move(socket), std::move(*peer), std::move(refuse)),
                 std::move(done));
}

void Strangers::close() {
  state_->closed = true;
  state_->ending.ring();
}

Awaitable<void> Strangers::wait_idle(Deadline deadline) {
  const auto state = state_;
  while (!state->counted.empty() && !deadline.passed()) co_await state->changed.wait_regardless(deadline);
}

}  // namespace signet::agent
