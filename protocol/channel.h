// One end of a Varlink connection for programs without an event loop: blocking calls, each with a deadline.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "protocol/framer.h"
#include "protocol/varlink.h"

namespace signet::protocol {

/// Owns a connected stream socket. Not thread-safe.
class Channel {
 public:
  explicit Channel(UniqueFd socket);

  /// Whether a socket file can have that path at all.
  ///
  /// @error InvalidRequest  it is empty, longer than 107 bytes, or holds a NUL
  [[nodiscard]] static Result<void> check_path(const std::filesystem::path& path);

  /// Connects to a listening socket file.
  ///
  /// @error InvalidRequest    as check_path()
  /// @error AgentUnavailable  nobody listens there; the message names the path
  /// @error Deadline          no connection in time
  [[nodiscard]] static Result<Channel> connect(const std::filesystem::path& path, Deadline deadline);

  /// Sends one whole message that already ends in NUL.
  ///
  /// @error Deadline   the peer did not read in time
  /// @error Cancelled  the peer has closed
  [[nodiscard]] Result<void> send(std::string_view message, Deadline deadline);

  /// The next message without its NUL; nothing when the peer has closed between two messages.
  ///
  /// @error Deadline       no whole one came in time, also where bytes still come
  /// @error Cancelled      the peer closed in the middle of a message, or reset the connection
  /// @error LimitExceeded  the message is longer than kMaxMessage
  [[nodiscard]] Result<std::optional<std::string>> receive(Deadline deadline);

  /// What came behind the last message that receive() yielded: after an upgrade it is none of ours.
  [[nodiscard]] std::string take_rest() { return framer_->take_rest(); }

  /// Also watches this descriptor in send() and receive(): when it has an error or is hung up (poll(2)), they end with
  /// Cancelled. For a client whose own reader may go away. -1: none.
  void watch(int fd) { watched_ = fd; }

  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  [[nodiscard]] Result<void> wait(short events, Deadline deadline);

  UniqueFd socket_;
  std::unique_ptr<Framer> framer_;
  int watched_ = -1;
};

}  // namespace signet::protocol
