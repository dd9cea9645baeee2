// The whole agent: builds every part, in order, and passes each what it needs. No part finds another by itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "agent/tokens/worker.h"
#include "common/error.h"
#include "config/configuration.h"

namespace signet::agent {

class Agent {
 public:
  struct Settings {
    config::Configuration configuration;
    config::Paths paths;
    std::filesystem::path worker_program;  ///< signet-token
    Notice notice;                         ///< hears what a person who runs the agent should know
  };

  /// Takes the locks, opens the audit log, starts the workers and listens: from here on programs may connect.
  ///
  /// @error InvalidRequest    a folder or socket cannot be used, or another agent runs on one of them
  /// @error AuditUnavailable  the audit log cannot be opened
  [[nodiscard]] static Result<std::unique_ptr<Agent>> make(Settings settings);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Serves until SIGTERM, SIGINT or SIGHUP; then cancels what is at work, ends the workers, removes the socket and
  /// brings the audit log to the disk.
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
