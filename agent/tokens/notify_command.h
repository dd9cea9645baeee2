// A program of the user's choice that is run while something is awaited of him.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "common/error.h"
#include "common/spawn.h"

namespace signet::agent {

/// What of our environment a program needs to reach the user's desktop.
[[nodiscard]] std::map<std::string, std::string> desktop_environment();

/// Runs the program until it ends by itself, this object is destroyed, or a minute has passed. It is told by SIGTERM to
/// end, and killed two seconds later. Its standard input and output are /dev/null, its standard error is ours.
class NotifyCommand {
 public:
  /// One that runs nothing.
  NotifyCommand() = default;

  /// @param command  its environment is what the program is told; beside that it gets what it needs to reach the
  ///                 user's desktop
  /// @error WorkerFailed  the program could not be started
  [[nodiscard]] static Result<NotifyCommand> start(const boost::asio::any_io_executor& executor, Command command);
  NotifyCommand(NotifyCommand&&) noexcept = default;
  NotifyCommand& operator=(NotifyCommand&&) = delete;
  NotifyCommand(const NotifyCommand&) = delete;
  NotifyCommand& operator=(const NotifyCommand&) = delete;
  ~NotifyCommand();

 private:
  struct Running;
  std::shared_ptr<Running> running_;
};

}  // namespace signet::agent
