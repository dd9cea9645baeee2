// The token as it is open at this moment: the module, the slot, and the session that keeps the login alive.
//
// Everything outside may change under it: the card is pulled, another program resets it, the module loses its state. So
// whatever fails says what would cure it (expect()), and open() applies the cure before the next operation.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "common/error.h"
#include "pkcs11/link/options.h"
#include "pkcs11/module/module.h"
#include "pkcs11/module/session.h"
#include "pkcs11/serving/keeper_link.h"
#include "protocol/token_messages.h"

namespace signet::pkcs11 {

/// What may make the next attempt succeed, each including those above it.
enum class Cure : std::uint8_t {
  None,
  FindAgain,  ///< the object's handle is stale
  LogIn,      ///< somebody reset the token: log in anew
  Reopen,     ///< token, slot or session may have gone: look for the slot again, open sessions, log in, find again
  Reload,     ///< the module is out of order: C_Finalize and C_Initialize, then as Reopen
};
[[nodiscard]] Cure cure_for(ErrorCode code);

/// The one slot that is meant: by serial number and label where they are given, otherwise the only one.
///
/// @error TokenRemoved    none fits
/// @error InvalidRequest  several do
[[nodiscard]] Result<Slot> choose_slot(const std::vector<Slot>& slots, const Options& options);

/// What sessions and object handles belong to: those of an earlier epoch are stale.
struct Epoch {
  std::uint64_t opening = 0;  ///< sessions (and all handles) die when it changes
  std::uint64_t login = 0;    ///< object handles die when it changes
  bool operator==(const Epoch&) const = default;
};

/// All but expect(), epoch(), rested() and used() only by the thread that has the token for itself (turn.h).
class LiveToken {
 public:
  /// `link` outlives this object. Nothing is loaded before the first open().
  LiveToken(Options options, KeeperLink& link);

  /// Loads the module, finds the token, opens a session: whatever of it is not done yet or has become stale.
  ///
  /// @error TokenRemoved  the token is not there
  /// @error any of module.h and return_values.h
  [[nodiscard]] Result<void> open();

  /// Logs in where the token wants it and nobody is. A PIN with one try left is not sent.
  ///
  /// @error PinRequired, PinIncorrect, PinLocked
  /// @error any of return_values.h
  [[nodiscard]] Result<void> log_in();

  /// Logs in for the one operation that has begun on `session`.
  ///
  /// @error as log_in()
  [[nodiscard]] Result<void> log_in_for_operation(const Session& session);

  /// Gives the token back: ends sessions, login and module.
  void close();

  /// Says what the failure of an operation calls for. Any thread.
  void expect(Cure cure);

  /// Any thread; it changes only while somebody has the token for itself.
  [[nodiscard]] Epoch epoch() const { return {.opening = opening_, .login = login_}; }
  /// True where the token has not been used for a while and may have been changed for another one: the next operation
  /// begins with open(). Any thread.
  [[nodiscard]] bool rested() const;
  /// An operation in which the token took part has just succeeded. Any thread.
  void used();

  /// After open() alone.
  [[nodiscard]] const Module& module() const { return *module_; }
  [[nodiscard]] const Slot& slot() const { return *slot_; }
  [[nodiscard]] const Session& session() const { return *session_; }
  [[nodiscard]] protocol::PinState pin_state() const { return pin_state_; }

 private:
  [[nodiscard]] Result<void> open_once();
  void apply_cure();
  void close_sessions();
  /// False where it was done only just before.
  bool unload_module();
  void look_for_changes();
  /// Nothing where the session is not valid any more.
  [[nodiscard]] std::optional<CK_STATE> session_state() const;
  [[nodiscard]] bool turns_out_gone() const;
  [[nodiscard]] Result<CK_FLAGS> token_flags();
  [[nodiscard]] Result<void> check_flags(CK_FLAGS flags);
  [[nodiscard]] Result<void> send_pin(const Session& session, CK_USER_TYPE user, CK_FLAGS flags);

  Options options_;
  KeeperLink* link_;
  std::unique_ptr<Module> module_;
  std::optional<Slot> slot_;
  std::optional<Session> session_;
  bool logged_in_ = false;
  protocol::PinState pin_state_ = protocol::PinState::None;
  std::chrono::steady_clock::time_point last_reload_{};
  std::atomic<bool> reopened_in_vain_ = false;  // Cure::Reopen was applied and nothing has succeeded since
  std::atomic<bool> removable_ = false;
  std::atomic<Cure> cure_ = Cure::None;
  std::atomic<std::uint64_t> opening_ = 1;
  std::atomic<std::uint64_t> login_ = 1;
  std::atomic<std::chrono::steady_clock::time_point> last_use_{};
};

}  // namespace signet::pkcs11
