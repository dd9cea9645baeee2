#include "protocol/asio/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
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
/// Reads and messages of one peer in a row, before everybody else gets a turn.
constexpr int kInARow = 16;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::unexpected<Error> gone(std::string what) { return fail(ErrorCode::Cancelled, std::move(what)); }

bool is_cancelled(const asio::cancellation_state& state) { return state.cancelled() != asio::cancellation_type::none; }

}  // namespace

// Reads and writes are plain system calls that never block; Asio only waits. A message that comes and an answer that
// goes in one piece cost neither a timer nor an allocation.
struct Connection::State {
  State(const asio::any_io_executor& executor, const ConnectionLimits& bounds)
      : socket(executor), limits(bounds), framer(kMaxMessage) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  Awaitable<Result<void>> wait(Socket::wait_type what, std::optional<Deadline> deadline, const char* late);
  Awaitable<Result<void>> flush(std::size_t may_remain);
  Awaitable<Result<void>> take_turns(std::optional<Deadline> deadline, const char* late);
  Result<bool> read_some();
  Result<bool> write_some();

  Socket socket;
  ConnectionLimits limits;
  Framer framer;
  std::string outgoing;
  int in_a_row = 0;
};

Awaitable<Result<void>> Connection::State::wait(Socket::wait_type what, std::optional<Deadline> deadline,
                                                const char* late) {
  using namespace asio::experimental::awaitable_operators;
  if (is_cancelled(co_await asio::this_coro::cancellation_state)) co_return gone("the request was cancelled");
  bool in_time = true;
  boost::system::error_code trouble;
  if (!deadline) {
    const auto [ec] = co_await socket.async_wait(what, kAwait);
    trouble = ec;
  } else {
    asio::steady_timer timer(socket.get_executor(), deadline->point());
    const auto first = co_await (socket.async_wait(what, kAwait) || timer.async_wait(kAwait));
    in_time = first.index() == 0;
    if (in_time) trouble = std::get<0>(std::get<0>(first));
  }
  if (is_cancelled(co_await asio::this_coro::cancellation_state)) co_return gone("the request was cancelled");
  if (!in_time) co_return fail(ErrorCode::Deadline, late);
  if (trouble) co_return gone("the connection was closed");
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
  const ssize_t count = ::recv(socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return fail(ErrorCode::Deadline, "nothing there yet");
  if (count < 0) return gone("the peer broke the connection");
  if (count == 0) return false;
  auto fed = framer.feed({buffer.data(), static_cast<std::size_t>(count)});
  wipe(buffer.data(), static_cast<std::size_t>(count));  // it may have been an ID token
  if (!fed) return fail(std::move(fed.error()));
  return true;
}

// True where the kernel took bytes, false where it has no room.
Result<bool> Connection::State::write_some() {
  const ssize_t count = ::send(socket.native_handle(), outgoing.data(), outgoing.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count < 0) return gone("the peer has closed");
  outgoing.erase(0, static_cast<std::size_t>(count));
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
    if (outgoing.size() <= may_remain) co_return Result<void>();
    if (!deadline) deadline = Deadline::after(limits.write_time);
    auto ready = co_await wait(Socket::wait_write, deadline, "the peer does not read its answer");
    if (!ready) co_return ready;
  }
}

Connection::Connection(asio::any_io_executor executor, UniqueFd socket, const ConnectionLimits& limits)
    : state_(std::make_unique<State>(executor, limits)) {
  boost::system::error_code refused;
  state_->socket.assign(asio::local::stream_protocol(), socket.get(), refused);
  if (!refused) (void)socket.release();
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Awaitable<Result<std::optional<std::string>>> Connection::receive(std::optional<Deadline> deadline) {
  std::optional<Deadline> message_end;
  for (;;) {
    const bool message_first = message_end && (!deadline || message_end->point() < deadline->point());
    const std::optional<Deadline> end = message_first ? message_end : deadline;
    const char* const late = message_first ? "a message did not end in time" : "no message came in time";
    if (auto turn = co_await state_->take_turns(end, late); !turn) co_return fail(std::move(turn.error()));
    if (auto message = state_->framer.next()) co_return message;
    if (state_->framer.in_message() && !message_end) {
      message_end = Deadline::after(state_->limits.message_time);
      continue;
    }
    auto more = state_->read_some();
    if (more && *more) continue;
    if (more && state_->framer.in_message()) co_return gone("the peer closed in the middle of a message");
    if (more) co_return std::nullopt;
    if (more.error().code != ErrorCode::Deadline) co_return fail(std::move(more.error()));
    auto ready = co_await state_->wait(Socket::wait_read, end, late);
    if (!ready) co_return fail(std::move(ready.error()));
    state_->in_a_row = 0;
  }
}

Awaitable<Result<void>> Connection::send(std::string message) {
  state_->outgoing += message;
  co_return co_await state_->flush(0);
}

Awaitable<Result<void>> Connection::queue(std::string message) {
  state_->outgoing += message;
  co_return co_await state_->flush(state_->limits.write_buffer);
}

// Linux raises EPOLLHUP on a stream socket of this family only when both directions are shut down, and EPOLLERR on a
// reset. A half-close raises EPOLLRDHUP, which nobody waits for here. Out-of-band data (EPOLLPRI) is not Varlink and
// ends it, too.
Awaitable<void> Connection::closed_by_peer() { (void)co_await state_->wait(Socket::wait_error, std::nullopt, ""); }

int Connection::fd() const { return state_->socket.native_handle(); }

void Connection::close() {
  boost::system::error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace signet::protocol
