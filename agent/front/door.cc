#include "agent/front/door.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <list>
#include <map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/loop/bell.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "protocol/asio/connection.h"
#include "protocol/asio/service.h"
#include "protocol/interfaces.h"
#include "protocol/peer.h"
#include "protocol/varlink.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

// Out of descriptors or memory: others have to give some back first.
constexpr std::chrono::milliseconds kBreath{100};

const protocol::ServiceInfo kInfo{.vendor = "signet", .product = "signet-agent", .version = SIGNET_VERSION, .url = ""};

// One message and nothing more: whoever comes when the house is full must not cost much.
void turn_away(const UniqueFd& socket, const std::string& why) {
  const Error error{.code = ErrorCode::LimitExceeded, .what = why, .remedy = "close connections, or ask again later"};
  const std::string text = protocol::encode_reply(protocol::reply_from_error(protocol::kAgentName, error));
  (void)::send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool is_transient(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EPERM;
}

}  // namespace

// Shared with the coroutines of the connections, which may end after the Door.
struct Door::State : std::enable_shared_from_this<Door::State> {
  State(asio::any_io_executor loop, int listening, Methods& served, Notice told, Limits bounds)
      : executor(std::move(loop)),
        listener(executor, ::dup(listening)),
        methods(served),
        notice(std::move(told)),
        limits(bounds),
        changed(executor) {}
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<bool> take_one();
  void let_in(UniqueFd socket);
  void seat(UniqueFd socket, protocol::Peer peer);
  Awaitable<void> serve(UniqueFd socket, protocol::Peer peer);

  asio::any_io_executor executor;
  asio::posix::stream_descriptor listener;
  Methods& methods;
  Notice notice;
  Limits limits;
  Bell changed;
  bool closed = false;
  std::map<uid_t, std::size_t> guests;
  std::list<asio::cancellation_signal> seats;
};

Awaitable<void> Door::State::serve(UniqueFd socket, protocol::Peer peer) {
  protocol::Connection connection(executor, std::move(socket));
  std::vector<protocol::Interface> interfaces;
  interfaces.push_back(methods.interface_for(peer));
  co_await protocol::serve(connection, kInfo, interfaces);
}

void Door::State::seat(UniqueFd socket, protocol::Peer peer) {
  const uid_t uid = peer.uid;
  ++guests[uid];
  const auto place = seats.emplace(seats.end());
  auto done = [self = shared_from_this(), uid, place](const std::exception_ptr& thrown) {
    if (thrown) self->notice("a connection ended in an exception");
    if (--self->guests[uid] == 0) self->guests.erase(uid);
    self->seats.erase(place);
    self->changed.ring();
  };
  asio::co_spawn(executor, serve(std::move(socket), std::move(peer)),
                 asio::bind_cancellation_slot(place->slot(), std::move(done)));
}

void Door::State::let_in(UniqueFd socket) {
  if (seats.size() >= limits.connections) {
    return turn_away(socket, "the agent has " + std::to_string(seats.size()) + " connections, as many as it takes");
  }
  auto peer = protocol::peer_of(socket.get());
  if (!peer) return;
  const auto known = guests.find(peer->uid);
  if (known != guests.end() && known->second >= limits.connections_per_uid) {
    return turn_away(socket, "user id " + std::to_string(peer->uid) + " has " + std::to_string(known->second) +
                                 " connections, as many as one user may have");
  }
  seat(std::move(socket), std::move(*peer));
}

// False where nobody waits any more. accept4() rather than Asio's accept: every descriptor is close-on-exec from birth.
Result<bool> Door::State::take_one() {
  UniqueFd socket(::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket) {
    let_in(std::move(socket));
    return true;
  }
  if (errno == EAGAIN) return false;
  if (errno == EINTR || errno == ECONNABORTED) return true;
  return fail(is_transient(errno) ? ErrorCode::LimitExceeded : ErrorCode::Bug, "accept: " + errno_text(errno));
}

Door::Door(asio::any_io_executor executor, int listener, Methods& methods, Notice notice, Limits limits)
    : state_(std::make_shared<State>(std::move(executor), listener, methods, std::move(notice), limits)) {}
Door::~Door() = default;

Awaitable<void> Door::keep_open() {
  const auto state = state_;
  for (bool told = false; !state->closed;) {
    (void)co_await state->listener.async_wait(asio::posix::stream_descriptor::wait_read,
                                              asio::as_tuple(asio::use_awaitable));
    auto more = state->closed ? Result<bool>(false) : state->take_one();
    while (more && *more) more = state->take_one();
    if (more) {
      told = false;
      continue;
    }
    if (!std::exchange(told, true)) state->notice(more.error().sentence());
    if (more.error().code == ErrorCode::Bug) co_return;
    co_await state->changed.wait_regardless(Deadline::after(kBreath));
  }
}

void Door::close() {
  state_->closed = true;
  boost::system::error_code ignored;
  state_->listener.close(ignored);
  state_->changed.ring();
  for (asio::cancellation_signal& seat : state_->seats) seat.emit(asio::cancellation_type::terminal);
}

Awaitable<bool> Door::wait_empty(Deadline deadline) {
  const auto state = state_;
  while (!state->seats.empty() && !deadline.passed()) co_await state->changed.wait_regardless(deadline);
  const bool empty = state->seats.empty();
  co_return empty;
}

}  // namespace signet::agent
