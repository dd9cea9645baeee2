// One signet-token process: how it is started and how it ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/spawn.h"
#include "common/unique_fd.h"
#include "config/configuration.h"

namespace signet::agent {

/// What it takes to start the worker of one token: signet-token.
using WorkerCommand = Command;

/// The command for a token: its module, what finds it, its PIN's file; PATH, HOME and LANG from our environment and
/// nothing else of it, and what the module's `env` names.
///
/// @param module  nullptr for a PIV card
[[nodiscard]] WorkerCommand worker_command(const std::filesystem::path& program, const config::Token& token,
                                           const config::Module* module);

/// A module is code that runs with the user's token: it must belong to root or to us, and nobody else may write it.
/// signet-module looks again, at the file that it opens and at its folders.
///
/// @error WorkerFailed  it does not, or it is not there
[[nodiscard]] Result<void> check_module_file(const std::filesystem::path& path);

/// Owns a running process. Closing it (the destructor) tells the worker to end, waits for a moment, then kills it.
class WorkerProcess {
 public:
  /// Starts it with descriptor 3 one end of a socket pair (SOCK_SEQPACKET), 4 the listening socket, standard error
  /// ours, and no other.
  ///
  /// @param listener  stays the caller's
  /// @error WorkerFailed  the system refused
  [[nodiscard]] static Result<WorkerProcess> start(const WorkerCommand& command, int listener);

  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// A descriptor of its own that becomes readable when the process has ended (pidfd_open(2)).
  [[nodiscard]] Result<UniqueFd> ended_fd() const;
  /// Takes the status of a process that has ended: "with status 3", "by signal 9".
  [[nodiscard]] std::string reap();
  /// What it says of its child: packets as protocol/keeper_note.h has them. Stays this object's.
  [[nodiscard]] int control() const { return control_.get(); }
  /// Tells it to end and does not wait.
  void let_go() const;

 private:
  WorkerProcess(pid_t pid, UniqueFd control) : pid_(pid), control_(std::move(control)) {}
  void end() noexcept;

  pid_t pid_ = -1;
  UniqueFd control_;
};

}  // namespace signet::agent
