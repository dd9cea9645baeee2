// The agent's door: takes connections, knows who comes, and lets in no more than it can serve (D16).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/front/strangers.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/asio/connection.h"
#include "protocol/framing.h"
#include "protocol/limits.h"
#include "protocol/peer.h"

namespace signet::agent {

/// What is spoken at a door.
struct Speech {
  /// Cuts what comes into messages; empty: as Varlink does.
  std::function<std::unique_ptr<protocol::Framing>()> framing{};
  /// Serves a connection to its end.
  std::function<Awaitable<void>(protocol::Connection& connection, const protocol::Peer& peer)> serve;
  /// Tells somebody who is not let in, by one message.
  Refuse refuse;
};

/// One thread. Parses nothing.
class Door {
 public:
  struct Limits {
    std::size_t connections = protocol::kMaxConnections;
    std::size_t connections_per_uid = protocol::kMaxConnectionsPerUid;
  };

  /// @param listener   stays the caller's and open for as long as this object lives
  /// @param speech     what it refers to must outlive every connection
  /// @param strangers  gets whoever is not served; must outlive this object
  Door(boost::asio::any_io_executor executor, int listener, Speech speech, Strangers& strangers, Notice notice,
       Limits limits);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Takes connections until finish() or close(). One over a limit gets the place of another that waits for its client,
  /// or is told so and closed.
  Awaitable<void> keep_open();

  /// Takes no more connections, and no more calls of those that have spoken: the calls that have come are answered, and
  /// each connection ends after its last. What waits at the listener to be taken stays there.
  void finish();

  /// Does the same to the rest. A client connects a moment before it sends its call: whoever has not spoken when
  /// finish() is called should get that moment first.
  void finish_silent();

  /// Takes no more connections and cancels those that are there.
  void close();

  /// Ends when no connection is left, or at the deadline.
  ///
  /// @return true  none is left
  Awaitable<bool> wait_empty(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signet::agent
