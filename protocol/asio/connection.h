// One end of a connection on the event loop: Varlink's, or one whose messages are cut in another way.
//
// Belongs to one strand (our daemons have one thread); every operation is a coroutine that its caller awaits before it
// starts the next of the same kind and before the connection goes. Cancelling the awaiting coroutine ends it with
// Cancelled (a coroutine that has not said throw_if_cancelled(false) gets Asio's exception instead).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "protocol/framing.h"
#include "protocol/limits.h"

namespace signet::protocol {

/// Memory lent for a message that is larger than kFreeMessage; given back when it goes.
class Room {
 public:
  Room() = default;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  virtual ~Room() = default;
  /// The message is whole: so many bytes are enough.
  virtual void keep(std::size_t bytes) = 0;
};

/// Lends room for the largest message.
///
/// @error RateLimited  none became free until the deadline
/// @error Cancelled    the coroutine was cancelled
using TakeRoom = std::function<Awaitable<Result<std::unique_ptr<Room>>>(Deadline)>;

/// The bounds of one connection; tests set smaller ones.
struct ConnectionLimits {
  std::chrono::milliseconds message_time = kMessageTime;
  std::chrono::milliseconds write_time = kWriteTime;
  std::size_t write_buffer = kMaxWriteBuffer;
  std::chrono::milliseconds room_time = kRoomTime;
  TakeRoom take_room{};  ///< empty: there is room for every message
};

class Connection {
 public:
  /// Takes a connected AF_UNIX stream socket over. A descriptor that the event loop cannot take is closed: every
  /// operation then ends with Cancelled.
  ///
  /// @param framing  null: messages of at most kMaxMessage bytes that end in NUL
  Connection(boost::asio::any_io_executor executor, UniqueFd socket, const ConnectionLimits& limits = {},
             std::unique_ptr<Framing> framing = nullptr);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The next message, without what marks its bounds; nothing when the peer closed (or half-closed) between two
  /// messages.
  ///
  /// Waits without limit for the first byte and message_time for the rest, room_time for room apart. The room of a
  /// message is given back with the next receive().
  /// @error LimitExceeded  longer than kMaxMessage; what the framing says otherwise
  /// @error RateLimited    no room for a message of more than kFreeMessage
  /// @error Deadline       the message did not end in time, or `deadline` passed
  /// @error Cancelled      closed in the middle of a message, reset, or the coroutine was cancelled
  Awaitable<Result<std::optional<std::string>>> receive(std::optional<Deadline> deadline = {});

  /// Sends one whole message that is already framed, after all that was queued. Several coroutines may send at once:
  /// messages never mix.
  ///
  /// @error Deadline       the peer did not read within write_time
  /// @error Cancelled      the peer has closed, or the coroutine was cancelled
  Awaitable<Result<void>> send(std::string message);

  /// Hands a message to the kernel as far as the peer reads, keeps the rest for the next queue() or send(), and waits
  /// only while more than write_buffer bytes are kept: progress for a peer that is slow to read does not hold up the
  /// work.
  ///
  /// @error Deadline, Cancelled  as send()
  Awaitable<Result<void>> queue(std::string message);

  /// Ends when the peer has closed both directions or the connection broke: what cancels a request (D14). A half-close
  /// alone does not. Reads nothing: bytes that come meanwhile stay for receive().
  Awaitable<void> closed_by_peer();

  /// Takes nothing more from the peer, as if it had half-closed: calls that have come are still read and can be
  /// answered, then receive() says that it is the end. What the peer sends from now on it cannot send (EPIPE).
  void finish();

  /// Whether anything has come from the peer and was read.
  [[nodiscard]] bool has_spoken() const;
  /// Since when this end waits for the other one to send or to read, or for room for what it sends; nothing while it
  /// does not wait.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waiting_since() const;

  /// True where bytes of the peer wait to be read, here or in the kernel. None is read to find out.
  [[nodiscard]] bool has_input() const;

  /// Gives the socket away after all that was sent; every operation then ends with Cancelled.
  [[nodiscard]] UniqueFd release();

  [[nodiscard]] int fd() const;
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::protocol
