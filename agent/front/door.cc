#include "agent/front/door.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/eventfd.h>
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
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/front/message_room.h"
#include "agent/loop/bell.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "protocol/asio/connection.h"
#include "protocol/peer.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

// Out of descriptors or memory: others have to give some back first.
constexpr std::chrono::milliseconds kBreath{100};
// Guests let in in a row, before those who are there get a turn.
constexpr int kInARow = 16;
// A crowd and large messages leave free memory between what is in use, which malloc keeps: a while after somebody has
// gone, all but so much goes back to the system.
constexpr std::size_t kMayKeep = std::size_t{256} * 1024;
constexpr std::chrono::seconds kTidyAfter{1};

// One message and nothing more: whoever comes when the house is full must not cost much.
Error full(const std::string& why) {
  return {.code = ErrorCode::LimitExceeded, .what = why, .remedy = "close connections, or ask again later"};
}

bool is_transient(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EPERM;
}

// A connection that is served, and how it is told to end.
struct Seat {
  // Says for its lifetime which connection sits there.
  class Taken {
   public:
    Taken(Seat& seat, protocol::Connection& connection) : seat_(seat) { seat_.connection = &connection; }
    ~Taken() { seat_.connection = nullptr; }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

   private:
    Seat& seat_;
  };

  uid_t uid = 0;
  pid_t pid = 0;
  asio::cancellation_signal leave{};
  protocol::Connection* connection = nullptr;  // as long as it is served
  bool leaving = false;
};

}  // namespace

// Shared with the coroutines of the connections, which may end after the Door.
struct Door::State : std::enable_shared_from_this<Door::State> {
  State(asio::any_io_executor loop, int listening, Speech spoken, Strangers& turned_away, Notice told, Limits bounds)
      : executor(std::move(loop)),
        listener(executor, ::fcntl(listening, F_DUPFD_CLOEXEC, 0)),
        speech(std::move(spoken)),
        strangers(turned_away),
        notice(std::move(told)),
        limits(bounds),
        room(executor),
        tidying(executor),
        changed(executor) {
    lay_in_records();
  }
  ~State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<bool> take_one();
  Result<bool> take_some();
  void let_in(UniqueFd socket);
  bool make_place(uid_t uid);
  void seat(UniqueFd socket, protocol::Peer peer);
  void tidy_soon();
  void lay_in_records();
  Awaitable<void> serve(UniqueFd socket, protocol::Peer peer, Seat& place);
  void stop_listening();

  asio::any_io_executor executor;
  asio::posix::stream_descriptor listener;
  Speech speech;
  Strangers& strangers;
  Notice notice;
  Limits limits;
  MessageRoom room;
  asio::steady_timer tidying;
  Bell changed;
  bool closed = false;
  bool tidies = false;
  std::map<uid_t, std::size_t> guests;
  std::list<Seat> seats;
};

Awaitable<void> Door::State::serve(UniqueFd socket, protocol::Peer peer, Seat& place) {
  protocol::ConnectionLimits bounds;
  bounds.take_room = room.for_client(peer.pid);
  auto framing = speech.framing ? speech.framing() : nullptr;
  protocol::Connection connection(executor, std::move(socket), bounds, std::move(framing));
  const Seat::Taken taken(place, connection);
  co_await speech.serve(connection, peer);
  place.connection = nullptr;
}

void Door::State::seat(UniqueFd socket, protocol::Peer peer) {
  const uid_t uid = peer.uid;
  ++guests[uid];
  const auto place = seats.emplace(seats.end());
  place->uid = uid;
  place->pid = peer.pid;
  auto done = [self = shared_from_this(), uid, place](const std::exception_ptr& thrown) {
    if (thrown) self->notice("a connection ended in an exception");
    if (!place->leaving && --self->guests[uid] == 0) self->guests.erase(uid);
    self->seats.erase(place);
    self->changed.ring();
    self->tidy_soon();
  };
  asio::co_spawn(executor, serve(std::move(socket), std::move(peer), *place),
                 asio::bind_cancellation_slot(place->leave.slot(), std::move(done)));
}

void Door::State::tidy_soon() {
  if (closed || std::exchange(tidies, true)) return;
  tidying.expires_after(kTidyAfter);
  tidying.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto self = weak.lock();
    if (!self || cancelled) return;
    self->tidies = false;
    if (::mallinfo2().fordblks > kMayKeep) (void)::malloc_trim(0);
  });
}

// Asio keeps a small record for each descriptor that was ever open, to use it again. Made one after the other they lie
// together; made when a connection comes, each would keep a whole page of that connection's memory in use for ever.
void Door::State::lay_in_records() {
  const UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  std::list<asio::posix::stream_descriptor> all;
  for (std::size_t i = 0; i < limits.connections_per_uid; ++i) {
    UniqueFd copy(::fcntl(event.get(), F_DUPFD_CLOEXEC, 0));
    boost::system::error_code refused;
    if (copy) all.emplace_back(executor).assign(copy.get(), refused);
    if (!copy || refused) return;  // fewer descriptors than connections: then fewer will come
    (void)copy.release();
  }
}

// Of the connections that wait for their client rather than he for us, the one that waits longest gives up its place:
// one of the process that has the most of them. So who only holds connections keeps nobody else out.
bool Door::State::make_place(uid_t uid) {
  std::map<pid_t, std::size_t> held;
  for (const Seat& seat : seats) held[seat.pid] += seat.uid == uid && !seat.leaving ? 1 : 0;
  using Claim = std::pair<std::size_t, std::chrono::steady_clock::duration>;
  Seat* weakest = nullptr;
  Claim most;
  const auto now = std::chrono::steady_clock::now();
  for (Seat& seat : seats) {
    const auto since = seat.connection == nullptr ? std::nullopt : seat.connection->waiting_since();
    if (!since || seat.leaving || seat.uid != uid) continue;
    const Claim claim(held[seat.pid], now - *since);
    if (weakest != nullptr && claim <= most) continue;
    weakest = &seat;
    most = claim;
  }
  if (weakest == nullptr) return false;
  weakest->leaving = true;
  if (--guests[uid] == 0) guests.erase(uid);
  weakest->leave.emit(asio::cancellation_type::terminal);
  return true;
}

void Door::State::let_in(UniqueFd socket) {
  const auto uid = protocol::peer_uid(socket.get());
  if (!uid) return;
  if (strangers.is_one(*uid)) return strangers.turn_away(std::move(socket), *uid, speech.refuse);
  if (seats.size() >= limits.connections) {
    return speech.refuse(socket.get(),
                         full("the agent has " + std::to_string(seats.size()) + " connections, as many as it takes"));
  }
  const auto known = guests.find(*uid);
  if (known != guests.end() && known->second >= limits.connections_per_uid && !make_place(*uid)) {
    return speech.refuse(socket.get(),
                         full("user id " + std::to_string(*uid) + " has " + std::to_string(known->second) +
                              " connections with requests at work, as many as one user may have"));
  }
  auto peer = protocol::peer_of(socket.get());
  if (peer) seat(std::move(socket), std::move(*peer));
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

Result<bool> Door::State::take_some() {
  Result<bool> more = true;
  for (int i = 0; i < kInARow && more && *more && !closed; ++i) more = take_one();
  return more;
}

Door::Door(asio::any_io_executor executor, int listener, Speech speech, Strangers& strangers, Notice notice,
           Limits limits)
    : state_(std::make_shared<State>(std::move(executor), listener, std::move(speech), strangers, std::move(notice),
                                     limits)) {}
Door::~Door() = default;

Awaitable<void> Door::keep_open() {
  const auto state = state_;
  for (bool told = false; !state->closed;) {
    (void)co_await state->listener.async_wait(asio::posix::stream_descriptor::wait_read,
                                              asio::as_tuple(asio::use_awaitable));
    const auto more = state->take_some();
    if (more) {
      told = false;
      continue;
    }
    if (!std::exchange(told, true)) state->notice(more.error().sentence());
    if (more.error().code == ErrorCode::Bug) co_return;
    co_await state->changed.wait_regardless(Deadline::after(kBreath));
  }
}

void Door::State::stop_listening() {
  closed = true;
  boost::system::error_code ignored;
  listener.close(ignored);
  tidying.cancel();
  changed.ring();
}

void Door::finish() {
  state_->stop_listening();
  for (const Seat& seat : state_->seats) {
    if (seat.connection != nullptr && seat.connection->has_spoken()) seat.connection->finish();
  }
}

void Door::finish_silent() {
  for (const Seat& seat : state_->seats) {
    if (seat.connection != nullptr) seat.connection->finish();
  }
}

void Door::close() {
  state_->stop_listening();
  for (Seat& seat : state_->seats) seat.leave.emit(asio::cancellation_type::terminal);
}

Awaitable<bool> Door::wait_empty(Deadline deadline) {
  const auto state = state_;
  while (!state->seats.empty() && !deadline.passed()) co_await state->changed.wait_regardless(deadline);
  const bool empty = state->seats.empty();
  co_return empty;
}

}  // namespace signet::agent
