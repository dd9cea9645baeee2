// Keeps the worker of one token running: starts it, and starts it anew when it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/tokens/worker_process.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "protocol/keeper_note.h"

namespace signet::agent {

/// Hears of what happens to workers, one sentence at a time.
using Notice = std::function<void(const std::string&)>;

class Worker {
 public:
  struct Settings {
    std::string token;  ///< name, for messages
    WorkerCommand command;
    std::filesystem::path module{};  ///< checked before each start; empty: none is loaded
    int listener = -1;               ///< stays open as long as this object lives
    /// The file that remembers which PIN the token refused, past the end of the agent; empty: it is forgotten then.
    std::filesystem::path refused_pin{};
    /// Hears what becomes of a PIN that a person entered: PinEntered, PinRefused.
    std::function<void(protocol::KeeperNews)> on_entered_pin = [](protocol::KeeperNews) {};
  };

  Worker(boost::asio::any_io_executor executor, Settings settings, Notice notice);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs the worker until stop(). A worker that ends is started again: at once where it lived for half a minute or
  /// has answered a request, else after a pause that doubles up to ten seconds.
  Awaitable<void> keep_running();

  /// Ends when somebody can be asked. A pause before the next start is waited for, but not for more than two seconds:
  /// then it is better to hear why. So is the end of a process that is lost, which would take with it what it is asked
  /// now.
  ///
  /// @error TokenBusy     it was released; nobody waits for that
  /// @error WorkerFailed  nobody is there, and why
  /// @error Cancelled     the coroutine was cancelled
  Awaitable<Result<void>> wait_until_there(Deadline deadline);

  /// The worker answered a request: it is of use.
  void note_answer() { answered_ = true; }

  /// The worker has ended, or has not answered in time: within a second its keeper ends it, says that another one is
  /// there, or says why not. One that is late may answer all the same.
  void note_lost();

  /// The token refused the PIN that the worker read from its file. A worker that is started anew, by this agent or a
  /// later one, reads the same one and would send it a second time, so it gets none until the file has changed.
  void withhold_pin();
  /// True where the present process has a PIN that a person entered.
  [[nodiscard]] bool has_entered_pin() const { return entered_; }
  /// True where forget_pin() was called.
  [[nodiscard]] bool is_locked() const { return locked_; }
  /// True where the PIN's file is the one that is withheld.
  [[nodiscard]] bool withholds_pin() const;

  /// Ends the process, with whatever it is asked at this moment, and starts none until reacquire(): another program
  /// shall have the token.
  ///
  /// @return  false where it was released before
  bool release();
  /// Ends with the end of the process.
  ///
  /// @error Deadline, Cancelled
  Awaitable<Result<void>> wait_until_gone(Deadline deadline);
  /// Starts it again.
  void reacquire();
  [[nodiscard]] bool is_released() const { return released_; }
  /// What somebody is told who asks meanwhile.
  [[nodiscard]] Error say_released() const;

  /// Hands the keeper a connection over which a person's PIN will come (protocol/pin_record.h). Nothing of it is read
  /// here.
  ///
  /// @error WorkerFailed  no keeper is there
  [[nodiscard]] Result<void> hand_over(UniqueFd connection) const;

  /// Makes the keeper forget its PIN, and ends with the end of the process that may be logged in with it. From here on
  /// no keeper of this agent's reads the PIN's file.
  ///
  /// @error WorkerFailed  the keeper did not say in time that it has; Cancelled
  Awaitable<Result<void>> forget_pin(Deadline deadline);

  /// Tells the worker to end; its process is gone when this object is.
  void stop();

  /// Why nobody can be asked at this moment; nothing where somebody can.
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  struct State;
  /// The PIN's file as it stood: its inode, its size and when it was last changed. Never its content.
  using PinFile = std::optional<std::string>;
  Awaitable<bool> run_once();
  Awaitable<void> hear_notes(PinFile pin);
  void heed(protocol::KeeperNote note, const PinFile& pin);
  Awaitable<Result<void>> wait_for_the_lost_one(Deadline patience);
  [[nodiscard]] Result<void> send_order(protocol::KeeperOrder order, const UniqueFd* descriptor) const;
  void set_problem(std::string problem);
  void set_well();
  [[nodiscard]] WorkerCommand command_now() const;

  Settings settings_;
  Notice notice_;
  std::optional<std::string> problem_ = "not started yet";
  PinFile pin_;               // that of the present process
  PinFile refused_pin_;       // the PIN that the token refused
  PinFile proven_pin_;        // the PIN that the token took
  bool answered_ = false;     // the present process, anything
  bool told_to_end_ = false;  // the present process, by release()
  bool locked_ = false;       // the PIN's file is not read any more
  bool released_ = false;
  bool entered_ = false;                // the present process got a person's PIN instead of its file's
  std::uint64_t forgotten_ = 0;         // PINs, as ordered
  std::optional<Deadline> lost_until_;  // while this has not passed, it is not the one to be asked
  std::string told_;                    // the problem that notice_ heard of last
  std::unique_ptr<State> state_;
};

}  // namespace signet::agent
