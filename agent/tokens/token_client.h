// Asks one worker: org.signet.Token over a connection for each operation in flight.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "json/value.h"

namespace signet::agent {

/// Called when the token lets its asker wait, most likely for a touch.
using OnWaiting = std::function<Awaitable<void>()>;

/// A connection that has answered is kept for the next operation; one that is cancelled, late or garbled is closed,
/// which cancels what it asked for.
class TokenClient {
 public:
  /// @param token  its name, for messages
  TokenClient(boost::asio::any_io_executor executor, std::filesystem::path socket, std::string token);
  ~TokenClient();
  TokenClient(const TokenClient&) = delete;
  TokenClient& operator=(const TokenClient&) = delete;

  /// Calls a method of org.signet.Token and yields the parameters of its last reply. Operations beyond the number of
  /// connections wait in the order in which they came.
  ///
  /// @param build  makes the parameters when the turn has come: a span of time in them is what is left then
  /// @error any of the worker's errors; its text is made safe to show
  /// @error WorkerFailed  the worker went away or answered nonsense; nothing is asked twice
  /// @error TouchTimeout  the deadline passed while the token waited
  /// @error Deadline      the deadline passed otherwise
  /// @error Cancelled     the coroutine was cancelled
  Awaitable<Result<json::Value>> call(std::string_view method, std::function<json::Value()> build, Deadline deadline,
                                      OnWaiting on_waiting = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::agent
