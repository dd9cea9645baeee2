// How many requests of one user are worked on at once (D16), and in which turn the others come.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/turnstile.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/peer.h"

namespace signet::agent {

/// protocol::kMaxRequestsPerUid places for each uid; whoever waits for one takes turns with the user's other processes.
/// A batch takes a place for each of its items, so that it lets others in between. One thread.
class RequestPlaces {
 public:
  explicit RequestPlaces(boost::asio::any_io_executor executor);
  ~RequestPlaces();
  RequestPlaces(const RequestPlaces&) = delete;
  RequestPlaces& operator=(const RequestPlaces&) = delete;

  /// @error RateLimited  no place became free in time
  /// @error Cancelled    the coroutine was cancelled while it waited
  Awaitable<Result<Turnstile::Pass>> take(const protocol::Peer& peer, Deadline deadline);

 private:
  boost::asio::any_io_executor executor_;
  std::map<uid_t, std::unique_ptr<Turnstile>> places_;
};

}  // namespace signet::agent
