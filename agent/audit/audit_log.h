// The audit log as the agent uses it: a line before the token is asked, a line before the reply; no line, no signature.
//
// This is the seam for its Merkle form: whatever the lines are kept in, Intent is the proof that one was written.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/approval/approval.h"
#include "agent/audit/line.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "config/configuration.h"

namespace signet::agent {

/// The proof that the log holds a line about what is to be done: whoever asks a token to do something takes one. Only
/// AuditLog::intent() makes one.
class Intent {
 public:
  Intent(Intent&&) noexcept = default;
  Intent& operator=(Intent&&) noexcept = default;
  Intent(const Intent&) = delete;
  Intent& operator=(const Intent&) = delete;
  ~Intent() = default;

  [[nodiscard]] const Approval& approval() const { return approval_; }

 private:
  friend class AuditLog;
  Intent(Approval approval, Subject subject) : approval_(std::move(approval)), subject_(std::move(subject)) {}
  Approval approval_;
  Subject subject_;
};

/// One thread. Every operation but close() is safe to call at once from many coroutines; what they need is brought to
/// the disk by a thread of its own. None of them ends early when its coroutine is cancelled.
class AuditLog {
 public:
  struct Settings {
    std::filesystem::path folder;  ///< exists, private
    config::AuditSync sync = config::AuditSync::Batch;
    /// Hears of what nobody waits for: a disk that fails between two requests.
    std::function<void(const Error&)> notice{};
  };

  /// Opens the log and writes a line that says so.
  ///
  /// @param clock  must outlive the log
  /// @error AuditUnavailable  as LogFile::open() and LogFile::append()
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(boost::asio::any_io_executor executor, Settings settings,
                                                              const Clock& clock);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// Writes what is about to be done. With sync = "each" it ends when the line is on the disk; else the line is there
  /// 100 ms later, and at most 256 lines wait for that.
  ///
  /// @error AuditUnavailable  the line was not written: nothing may be done
  Awaitable<Result<Intent>> intent(Approval approval, Subject subject);

  /// Writes what came of it; the reply waits for this.
  ///
  /// @error AuditUnavailable  the line was not written: what was made must not be handed out
  Awaitable<Result<void>> outcome(const Intent& intent, Outcome outcome);

  /// Writes that a request was refused.
  ///
  /// @error AuditUnavailable  the line was not written
  Awaitable<Result<void>> denied(const Decision& decision);

  /// Brings every line to the disk, on the caller's thread. Nothing may be written afterwards.
  [[nodiscard]] Result<void> close();

 private:
  struct State;
  explicit AuditLog(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace signet::agent
