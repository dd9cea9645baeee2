// The whole agent: builds every part, in order, and passes each what it needs. No part finds another by itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "agent/service/handed_socket.h"
#include "agent/service/notifier.h"
#include "agent/tokens/worker.h"
#include "common/error.h"
#include "config/configuration.h"

namespace signet::agent {

class Agent {
 public:
  struct Settings {
    config::Configuration configuration;
    config::Paths paths;
    std::filesystem::path worker_program;      ///< signet-token
    Notice notice;                             ///< hears what a person who runs the agent should know
    std::optional<HandedSocket> socket{};      ///< bound to paths.socket; without it the agent makes its own there
    std::optional<HandedSocket> ssh_socket{};  ///< the same for the SSH agent's socket, which lies beside it
    Notifier notifier{};                       ///< hears when programs may connect, that the loop turns, and the end
  };

  /// Takes the locks, opens the audit log, starts the workers and listens: from here on programs may connect.
  ///
  /// @error InvalidRequest    a folder or socket cannot be used, or another agent runs on one of them
  /// @error AuditUnavailable  the audit log cannot be opened
  [[nodiscard]] static Result<std::unique_ptr<Agent>> make(Settings settings);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Serves until SIGTERM, SIGINT or SIGHUP (which stays ignored where it was, as nohup(1) has it); then takes nothing
  /// more, finishes what is at work, ends the workers and brings the audit log to the disk. A second signal, or the end
  /// of twenty seconds, cancels what is at work. A socket of its own it removes at once; one that it was handed stays,
  /// and who connects meanwhile waits for the next agent.
  ///
  /// @error Deadline          a request did not end: this object cannot be destroyed, the process must end
  /// @error AuditUnavailable  the last lines may not be on the disk
  [[nodiscard]] Result<void> run();

 private:
  struct State;
  explicit Agent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::agent
