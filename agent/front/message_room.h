// The memory for large messages, shared by all connections: what a message needs beyond its first bytes is lent.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/turnstile.h"
#include "protocol/asio/connection.h"

namespace signet::agent {

/// protocol::kMessageRoom bytes. A message that comes gets room for the largest one, and keeps what it needs once it is
/// whole, until its request is answered. Whoever waits for room takes turns with the other processes. Must outlive the
/// connections. One thread.
class MessageRoom {
 public:
  explicit MessageRoom(boost::asio::any_io_executor executor);

  /// What a connection of that process asks for room with.
  [[nodiscard]] protocol::TakeRoom for_client(pid_t client);

 private:
  Awaitable<Result<std::unique_ptr<protocol::Room>>> take(pid_t client, Deadline deadline);

  Turnstile room_;
};

}  // namespace signet::agent
