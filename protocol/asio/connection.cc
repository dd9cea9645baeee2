#include "protocol/asio/connection.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/secret.h"
#include "protocol/framer.h"

namespace signet::protocol {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

constexpr std::size_t kReadSize = std::size_t{32} * 1024;
/// Reads and messages of one peer in a row, before everybody else gets a turn: a call that comes and the look for the
/// next one.
constexpr int kInARow = 3;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> gone(std::string what) { return fail(ErrorCode::Cancelled, std::move(what)); }

bool is_cancelled(const asio::cancellation_state& state) { return state.cancelled() != asio::cancellation_type::none; }

// Ends the waits of a socket at a deadline; whoever waits beside looks and waits again. A coroutine for the timer, and
// a group for the two, would cost more than a small request's work.
class Alarm {
 public:
  Alarm(Socket& socket, Deadline deadline)
      : timer_(socket.get_executor(), deadline.point()), state_(std::make_shared<State>(&socket)) {
    timer_.async_wait([state = state_](const boost::system::error_code& trouble) {
      if (trouble || state->socket == nullptr) return;
      state->rang = true;
      boost::system::error_code ignored;
      state->socket->cancel(ignored);
    });
  }
  ~Alarm() { state_->socket = nullptr; }  // the timer's handler may be on its way
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  [[nodiscard]] bool rang() const { return state_->rang; }

 private:
  struct State {
    explicit State(Socket* of_whom) : socket(of_whom) {}
    Socket* socket;
    bool rang = false;
  };
  asio::steady_timer timer_;
  std::shared_ptr<State> state_;
};

}  // namespace

// Reads and writes are plain system calls that never block; Asio only waits. A message that comes and an answer that
// goes in one piece cost neither a timer nor an allocation.
struct Connection::State {
  State(const asio::any_io_executor& executor, ConnectionLimits bounds, std::unique_ptr<Framing> framing)
      : socket(executor), limits(std::move(bounds)), framer(std::move(framing)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { wipe(outgoing); }

  Awaitable<Result<void>> wait(Socket::wait_type what, std::optional<Deadline> deadline, const char* late);
  Awaitable<Result<void>> flush(std::size_t may_remain);
  Awaitable<Result<void>> take_turns(std::optional<Deadline> deadline, const char* late);
  Awaitable<Result<void>> take_room();
  [[nodiscard]] bool wants_room() const {
    return limits.take_room && !room && framer->in_message() && framer->pending() >= kFreeMessage;
  }
  Result<bool> read_some();
  Result<bool> write_some();
  void drop_sent(std::size_t count);
  void add(std::string message);

  Socket socket;
  ConnectionLimits limits;
  std::unique_ptr<Framing> framer;
  std::string outgoing;
  std::unique_ptr<Room> room;
  std::optional<std::chrono::steady_clock::time_point> waiting_since;
  int in_a_row = 0;
  bool waits_to_read = false;
  bool finishing = false;
  bool spoken = false;
};

Awaitable<Result<void>> Connection::State::wait(Socket::wait_type what, std::optional<Deadline> deadline,
                                                const char* late) {
  if (is_cancelled(co_await asio::this_coro::cancellation_state)) co_return gone("the request was cancelled");
  if (what != Socket::wait_error && !waiting_since) waiting_since = std::chrono::steady_clock::now();
  std::optional<Alarm> alarm;
  if (deadline) alarm.emplace(socket, *deadline);
  for (;;) {
    const auto [trouble] = co_await socket.async_wait(what, kAwait);
    if (is_cancelled(co_await asio::this_coro::cancellation_state)) co_return gone("the request was cancelled");
    if (alarm && alarm->rang()) co_return fail(ErrorCode::Deadline, late);
    if (!trouble) co_return Result<void>();
    const bool for_another = trouble == asio::error::operation_aborted && socket.is_open();
    if (!for_another || (finishing && what == Socket::wait_read)) co_return gone("the connection was closed");
  }
}

// The peer waits for us meanwhile, so the time for its message begins anew.
Awaitable<Result<void>> Connection::State::take_room() {
  if (!waiting_since) waiting_since = std::chrono::steady_clock::now();
  auto lent = co_await limits.take_room(Deadline::after(limits.room_time));
  if (!lent) co_return fail(std::move(lent.error()));
  room = std::move(*lent);
  co_return Result<void>();
}

// A peer that sends without a pause would keep everybody else from the loop, and its own deadline from being looked at.
Awaitable<Result<void>> Connection::State::take_turns(std::optional<Deadline> deadline, const char* late) {
  if (++in_a_row <= kInARow) co_return Result<void>();
  in_a_row = 0;
  asio::steady_timer now(socket.get_executor(), std::chrono::steady_clock::time_point::min());
  (void)co_await now.async_wait(kAwait);
  if (is_cancelled(co_await asio::this_coro::cancellation_state)) co_return gone("the request was cancelled");
  if (deadline && deadline->passed()) co_return fail(ErrorCode::Deadline, late);
  co_return Result<void>();
}

// True where bytes came; false at the end of the stream; Deadline stands for "nothing there yet".
Result<bool> Connection::State::read_some() {
  std::array<char, kReadSize> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv(2) fills it
  const bool has_room = room || !limits.take_room || framer->pending() >= kFreeMessage;
  const std::size_t size = has_room ? buffer.size() : std::min(buffer.size(), kFreeMessage - framer->pending());
  const ssize_t count = ::recv(socket.native_handle(), buffer.data(), size, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return fail(ErrorCode::Deadline, "nothing there yet");
  if (count < 0) return gone("the peer broke the connection");
  if (count == 0) return false;
  spoken = true;
  auto fed = framer->feed({buffer.data(), static_cast<std::size_t>(count)});
  wipe(buffer.data(), static_cast<std::size_t>(count));  // it may have been an ID token
  if (!fed) return fail(std::move(fed.error()));
  return true;
}

// It may have been a PIN or a password on its way to another program.
void Connection::State::drop_sent(std::size_t count) {
  const std::size_t rest = outgoing.size() - count;
  std::memmove(outgoing.data(), outgoing.data() + count, rest);
  wipe(outgoing.data() + rest, count);
  outgoing.resize(rest);
}

void Connection::State::add(std::string message) {
  if (outgoing.empty()) {
    outgoing = std::move(message);
  } else {
    outgoing += message;
  }
  wipe(message);
}

// True where the kernel took bytes, false where it has no room.
Result<bool> Connection::State::write_some() {
  const ssize_t count = ::send(socket.native_handle(), outgoing.data(), outgoing.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count < 0) return gone("the peer has closed");
  drop_sent(static_cast<std::size_t>(count));
  return true;
}

Awaitable<Result<void>> Connection::State::flush(std::size_t may_remain) {
  std::optional<Deadline> deadline;
  for (;;) {
    while (!outgoing.empty()) {
      auto written = write_some();
      if (!written) co_return fail(std::move(written.error()));
      if (!*written) break;
    }
    if (outgoing.empty() && outgoing.capacity() > kKeptBuffer) outgoing = std::string();
    if (outgoing.size() <= may_remain) {
      waiting_since.reset();
      co_return Result<void>();
    }
    if (!deadline) deadline = Deadline::after(limits.write_time);
    auto ready = co_await wait(Socket::wait_write, deadline, "the peer does not read its answer");
    if (!ready) co_return ready;
  }
}

Connection::Connection(asio::any_io_executor executor, UniqueFd socket, const ConnectionLimits& limits,
                       std::unique_ptr<Framing> framing)
    : state_(std::make_unique<State>(executor, limits,
                                     framing ? std::move(framing) : std::make_unique<Framer>(kMaxMessage))) {
  boost::system::error_code refused;
  state_->socket.assign(asio::local::stream_protocol(), socket.get(), refused);
  if (!refused) (void)socket.release();
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Awaitable<Result<std::optional<std::string>>> Connection::receive(std::optional<Deadline> deadline) {
  std::optional<Deadline> message_end;
  state_->room.reset();  // the request that needed it has been answered
  for (;;) {
    const bool message_first = message_end && (!deadline || message_end->point() < deadline->point());
    const std::optional<Deadline> end = message_first ? message_end : deadline;
    const char* const late = message_first ? "a message did not end in time" : "no message came in time";
    if (auto turn = co_await state_->take_turns(end, late); !turn) co_return fail(std::move(turn.error()));
    if (auto message = state_->framer->next()) {
      if (state_->room) state_->room->keep(message->size());
      state_->waiting_since.reset();
      co_return message;
    }
    if (state_->wants_room()) {
      if (auto lent = co_await state_->take_room(); !lent) co_return fail(std::move(lent.error()));
      message_end.reset();
    }
    if (state_->framer->in_message() && !message_end) {
      message_end = Deadline::after(state_->limits.message_time);
      continue;
    }
    auto more = state_->read_some();
    if (more && *more) continue;
    if (more && state_->framer->in_message()) co_return gone("the peer closed in the middle of a message");
    if (more) co_return std::nullopt;
    if (more.error().code != ErrorCode::Deadline) co_return fail(std::move(more.error()));
    state_->waits_to_read = true;
    auto ready = co_await state_->wait(Socket::wait_read, end, late);
    state_->waits_to_read = false;
    const bool woken = state_->finishing && !is_cancelled(co_await asio::this_coro::cancellation_state);
    if (!ready && !woken) co_return fail(std::move(ready.error()));
    state_->in_a_row = 0;
  }
}

Awaitable<Result<void>> Connection::send(std::string message) {
  state_->add(std::move(message));
  co_return co_await state_->flush(0);
}

Awaitable<Result<void>> Connection::queue(std::string message) {
  state_->add(std::move(message));
  co_return co_await state_->flush(state_->limits.write_buffer);
}

// Linux raises EPOLLHUP on a stream socket of this family only when both directions are shut down, and EPOLLERR on a
// reset. A half-close raises EPOLLRDHUP, which nobody waits for here. Out-of-band data (EPOLLPRI) is not Varlink and
// ends it, too.
//
// Asio may wake us for the sake of another descriptor: an event that was on its way to one which has been closed since,
// and whose place in Asio's table we got. So the socket itself is asked.
Awaitable<void> Connection::closed_by_peer() {
  for (;;) {
    auto woken = co_await state_->wait(Socket::wait_error, std::nullopt, "");
    pollfd socket{.fd = fd(), .events = POLLPRI, .revents = 0};
    if (!woken || ::poll(&socket, 1, 0) != 0) co_return;
  }
}

// The kernel tells the peer of a shutdown(2), not whoever waits on this side.
void Connection::finish() {
  state_->finishing = true;
  (void)::shutdown(state_->socket.native_handle(), SHUT_RD);
  boost::system::error_code ignored;
  if (state_->waits_to_read) state_->socket.cancel(ignored);
}

bool Connection::has_spoken() const { return state_->spoken; }

std::optional<std::chrono::steady_clock::time_point> Connection::waiting_since() const { return state_->waiting_since; }

bool Connection::has_input() const {
  int waiting = 0;
  return state_->framer->pending() > 0 || ::ioctl(state_->socket.native_handle(), FIONREAD, &waiting) != 0 ||
         waiting > 0;
}

UniqueFd Connection::release() {
  boost::system::error_code refused;
  const int fd = state_->socket.release(refused);
  return UniqueFd(refused ? -1 : fd);
}

int Connection::fd() const { return state_->socket.native_handle(); }

void Connection::close() {
  boost::system::error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace signet::protocol
