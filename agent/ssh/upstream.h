// Another SSH agent, for keys that are not ours ([ssh] upstream).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/tokens/worker.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/asio/connection.h"

namespace signet::agent {

/// Where it is, for all connections.
struct UpstreamPlace {
  std::filesystem::path path;
  std::filesystem::path own;  ///< our own socket, which must not be its own upstream
  Notice notice;              ///< hears once that it does not answer, until it does again
  bool told = false;
};

/// Sixteen hosts with plain keys need a third of it; one with a certificate may need as much.
inline constexpr std::size_t kMaxTold = std::size_t{64} * 1024;

/// One connection's counterpart at the other agent: opened when it is needed first, and again when it broke.
class Upstream {
 public:
  /// @param place  must outlive it
  Upstream(boost::asio::any_io_executor executor, UpstreamPlace& place);

  /// One message of a client, word for word, and its answer.
  ///
  /// @error AgentUnavailable  it is not there, is another user's, is ourselves, or broke off
  /// @error Deadline, Cancelled, LimitExceeded, InvalidRequest  as Connection::receive()
  Awaitable<Result<Bytes>> ask(ByteView message, Deadline deadline);

  /// The same for what the other agent must know of every connection that is opened for this client: session-binds.
  /// More of them than kMaxTold is not kept: then the other agent is asked over this connection or not at all.
  Awaitable<Result<Bytes>> tell(ByteView message, Deadline deadline);

  /// From here on a connection that broke is not opened again: AgentUnavailable.
  void keep_to_this_connection() { may_open_ = false; }

 private:
  Awaitable<Result<void>> open(Deadline deadline);
  Awaitable<Result<Bytes>> ask_once(ByteView message, Deadline deadline);
  void note(const Result<Bytes>& answer);

  boost::asio::any_io_executor executor_;
  UpstreamPlace& place_;
  std::optional<protocol::Connection> connection_;
  std::vector<Bytes> told_;
  std::size_t told_bytes_ = 0;
  bool may_open_ = true;
};

}  // namespace signet::agent
