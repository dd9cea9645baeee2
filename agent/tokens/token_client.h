// Asks one worker: org.signet.Token over a connection for each operation in flight.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// Operations of one token at a time: more sessions than a machine has cores bring nothing, and most tokens bear ten.
inline constexpr std::size_t kTokenConnections = 8;

/// Called when the token lets its asker wait, most likely for a touch.
using OnWaiting = std::function<Awaitable<void>()>;

/// What may be done about a worker that died before it answered.
enum class Repeat : std::uint8_t {
  Never,
  Once,  ///< ask its successor, unless the token had let its asker wait: nobody is made to touch it twice (D14)
};

/// A connection that has answered is kept for the next operation; one that is cancelled, late or garbled is closed,
/// which cancels what it asked for.
class TokenClient {
 public:
  /// What it says of its worker to whoever keeps that, and hears of the next one.
  struct Succession {
    /// The worker is lost: it ended before it answered, or a deadline passed, so that its keeper will end it.
    std::function<void()> lost = [] {};
    /// Ends when the next one can be asked; an error of it is the answer.
    std::function<Awaitable<Result<void>>(Deadline)> wait = [](Deadline) -> Awaitable<Result<void>> {
      co_return Result<void>();
    };
  };

  /// @param token  its name, for messages
  TokenClient(boost::asio::any_io_executor executor, std::filesystem::path socket, std::string token,
              Succession succession);
  ~TokenClient();
  TokenClient(const TokenClient&) = delete;
  TokenClient& operator=(const TokenClient&) = delete;

  /// Calls a method of org.signet.Token and yields the parameters of its last reply. Operations beyond the number of
  /// connections wait in the order in which they came.
  ///
  /// @param build  makes the parameters when the turn has come, and anew for a successor: a span of time in them is
  ///               what is left then
  /// @error any of the worker's errors; its text is made safe to show and begins with the token's name
  /// @error WorkerFailed  the worker went away (with Repeat::Once: twice) or answered nonsense
  /// @error TouchTimeout  the deadline passed while the token waited
  /// @error Deadline      the deadline passed otherwise
  /// @error Cancelled     the coroutine was cancelled
  Awaitable<Result<json::Value>> call(std::string_view method, std::function<json::Value()> build, Deadline deadline,
                                      Repeat repeat, OnWaiting on_waiting = {});

  /// A connection that is its owner's alone until it goes, which closes it: what the worker has made for it ends then,
  /// and so does what is being asked on it.
  class Line {
   public:
    virtual ~Line() = default;
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// As TokenClient::call(). After an error the line is good for nothing more.
    virtual Awaitable<Result<json::Value>> call(std::string_view method, std::function<json::Value()> build,
                                                Deadline deadline, OnWaiting on_waiting) = 0;

   protected:
    Line() = default;
  };

  /// Opens a line. There are fewer of them than connections in all: who holds one waits for others meanwhile, and must
  /// not keep ordinary operations from the token. Further ones wait in order.
  ///
  /// @error Deadline, Cancelled  none became free; WorkerFailed  the worker cannot be reached
  Awaitable<Result<std::unique_ptr<Line>>> open_line(Deadline deadline);

 private:
  class OwnLine;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::agent
