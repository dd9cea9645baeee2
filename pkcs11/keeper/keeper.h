// The keeper's one loop: keeps a child running, answers its questions, ends it when a module call lasts too long, and
// takes the PIN that a person enters.
//
// One thread, no foreign code. It ends when the agent closes the control socket.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/error.h"
#include "common/unique_fd.h"
#include "pkcs11/keeper/child.h"
#include "pkcs11/keeper/pin_entry.h"
#include "pkcs11/keeper/pin_keeper.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/link/options.h"
#include "protocol/keeper_note.h"

namespace signet::pkcs11 {

/// How long a module call may last beyond its deadline before its process is ended (D21).
inline constexpr std::chrono::seconds kGrace{1};

class Keeper {
 public:
  /// @param control   the agent's socketpair
  /// @param listener  where the child serves; it stays open here, so that nobody is turned away while a child is
  ///                  replaced
  /// @error Bug  no memory for the PIN or the board
  [[nodiscard]] static Result<Keeper> make(const Options& options, UniqueFd control, UniqueFd listener);

  /// Runs until the agent closes the control socket; then the child has ended too.
  ///
  /// @error Bug  poll(2) failed, or the kernel refuses to give us what a child leaves behind
  [[nodiscard]] Result<void> run();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  Keeper(Options options, UniqueFd control, UniqueFd listener, std::filesystem::path program, CallBoard board,
         PinKeeper pin);

  void start_child();
  void child_ended();
  /// Plans the next start, and tells the agent where it is not at once.
  void start_later(std::string why);
  void tell_agent(const protocol::KeeperNote& note) const;
  /// Takes one frame from the link; false where none is there.
  bool answer_child();
  void heed(const Frame& frame);
  void send_pin(bool last_try);
  void tell_of_proof();
  void tell_of_loss();
  void end_late_child();
  /// Takes one packet from the agent; false where it has gone.
  [[nodiscard]] bool heed_agent();
  void open_entry(UniqueFd connection);
  void read_entry();
  void end_late_entry();
  /// Forgets the PIN at the end of its time, and what a child may still be logged in with.
  void end_pin_time();
  /// Ends the child in order: it takes what it is logged in to along.
  void end_login();
  /// Milliseconds for poll(2), -1 for no limit.
  [[nodiscard]] int next_look();
  [[nodiscard]] std::optional<TimePoint> next_look_at_child();

  Options options_;
  UniqueFd control_;
  UniqueFd listener_;
  std::filesystem::path program_;
  CallBoard board_;
  PinKeeper pin_;
  std::optional<Child> child_;
  TimePoint started_{};
  TimePoint next_start_{};
  std::chrono::milliseconds pause_{0};  // before the next start
  bool told_of_proof_ = false;
  std::optional<TimePoint> look_at_;  // when to look at the board; nothing: the child wakes us
  std::optional<PinEntry> entry_;
  std::optional<TimePoint> pin_until_;    // a person's PIN is forgotten then
  std::optional<TimePoint> login_until_;  // it was, and the child ends as soon as it is idle, or then
};

}  // namespace signet::pkcs11
