// The other end of the socket, played by the test itself, step by step.
#pragma once

#include <filesystem>
#include <string>

#include "common/unique_fd.h"
#include "protocol/channel.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// Listens on a socket of its own. Each call comes over a connection of its own, unless the client says more on it.
class SteppedAgent {
 public:
  SteppedAgent();

  [[nodiscard]] std::string socket() const { return (folder_ / "agent.sock").string(); }

  /// The next connection, whose first call has that method.
  [[nodiscard]] protocol::Channel next_call(const std::string& method);
  /// The next call on a connection has that method.
  static void expect_call(protocol::Channel& channel, const std::string& method);
  static void say(protocol::Channel& channel, const std::string& reply);

  /// Takes an entered PIN as agent and keeper do, and gives that answer of the keeper.
  ///
  /// @return  the record (protocol/pin_record.h)
  [[nodiscard]] std::string take_pin(const std::string& answer = "\x01");

 private:
  TemporaryFolder folder_;
  UniqueFd listener_;
};

}  // namespace signet::test
