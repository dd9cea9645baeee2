// One end of a Varlink connection on the event loop.
//
// Belongs to one strand (our daemons have one thread); every operation is a coroutine that its caller awaits before it
// starts the next of the same kind. Cancellation of the awaiting coroutine ends it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::protocol {

class Connection {
 public:
  /// Takes a connected stream socket over.
  Connection(boost::asio::any_io_executor executor, UniqueFd socket);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// The next message without its NUL; nothing when the peer closed (or half-closed) between two messages.
  ///
  /// Waits without limit for the first byte and kMessageTime for the rest.
  /// @error LimitExceeded  longer than kMaxMessage
  /// @error Deadline       the message did not end in time, or `deadline` passed
  /// @error Cancelled      closed in the middle of a message, reset, or the coroutine was cancelled
  Awaitable<Result<std::optional<std::string>>> receive(std::optional<Deadline> deadline = {});

  /// Sends one whole message that already ends in NUL.
  ///
  /// @error Deadline       the peer did not read within kWriteTime
  /// @error Cancelled      the peer has closed, or the coroutine was cancelled
  Awaitable<Result<void>> send(std::string message);

  /// Ends when the peer has closed both directions or the connection broke: what cancels a request (D14). A half-close
  /// alone does not. Bytes that come meanwhile are kept for receive().
  Awaitable<void> closed_by_peer();

  [[nodiscard]] int fd() const;
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::protocol
