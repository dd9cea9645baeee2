// The agent's door: takes connections, knows who comes, and lets in no more than it can serve (D16).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/front/methods.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/limits.h"

namespace signet::agent {

/// One thread. Parses nothing.
class Door {
 public:
  struct Limits {
    std::size_t connections = protocol::kMaxConnections;
    std::size_t connections_per_uid = protocol::kMaxConnectionsPerUid;
  };

  /// @param listener  stays the caller's and open for as long as this object lives
  /// @param methods   must outlive every connection
  Door(boost::asio::any_io_executor executor, int listener, Methods& methods, Notice notice, Limits limits);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Takes connections until close(). A connection over a limit is told so and closed.
  Awaitable<void> keep_open();

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
