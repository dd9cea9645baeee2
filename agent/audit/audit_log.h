// The audit log as the agent uses it: a line before the token is asked, a line before the reply; no line, no signature.
//
// A line is written to the tail by one write(2), which survives the end of the agent; a thread of its own brings it
// into the Merkle tree and signs a checkpoint that covers it. Intent is the proof that a line was written.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

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

  /// Something that happened on the way and belongs into the note of the outcome; a sentence without its full stop.
  void remark(std::string_view what) const { remarks_.append(remarks_.empty() ? "" : "; ").append(what); }
  [[nodiscard]] const std::string& remarks() const { return remarks_; }

 private:
  friend class AuditLog;
  Intent(Approval approval, Subject subject) : approval_(std::move(approval)), subject_(std::move(subject)) {}
  Approval approval_;
  Subject subject_;
  mutable std::string remarks_{};
};

/// One thread, that of its event loop. Every operation but close() is safe to call at once from many coroutines. None
/// of them ends early when its coroutine is cancelled. The executor's event loop must outlive it.
class AuditLog {
 public:
  struct Settings {
    std::filesystem::path folder;  ///< exists, private (audit/folder.h)
    config::AuditSync sync = config::AuditSync::Batch;
    /// Hears of what nobody waits for: a disk that fails between two requests.
    std::function<void(const Error&)> notice{};
    /// Hears the current checkpoint, as one line, every `tell_every` and at the end (D12).
    std::function<void(const std::string&)> tell_checkpoint{};
    std::chrono::milliseconds tell_every = std::chrono::hours(1);
  };

  /// Opens the log, brings what an earlier agent left into its tree, and writes a line that says so.
  ///
  /// @param clock  must outlive the log
  /// @error AuditUnavailable  as LogStore::open() and TailFile::append()
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(boost::asio::any_io_executor executor, Settings settings,
                                                              const Clock& clock);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// Writes what is about to be done. With sync = "each" it ends when a checkpoint on the disk covers the line; else
  /// that is so 100 ms later, and at most 256 lines wait for it.
  ///
  /// @error AuditUnavailable  the line was not written, or the disk fails: nothing may be done
  /// @error Deadline          the disk did not take it in time: nothing may be done
  Awaitable<Result<Intent>> intent(Approval approval, Subject subject, Deadline deadline);

  /// Writes what came of it; the reply waits for this. The line is written also where the deadline has passed or the
  /// disk fails, as long as the tail takes it; but then nothing may be handed out.
  ///
  /// @error AuditUnavailable  the line was not written, or the disk fails
  /// @error Deadline          the disk did not take it in time
  Awaitable<Result<void>> outcome(const Intent& intent, Outcome outcome, Deadline deadline);

  /// Writes that a request was refused.
  ///
  /// @error AuditUnavailable, Deadline  as intent()
  Awaitable<Result<void>> denied(const Decision& decision, Deadline deadline);

  /// Brings every line into the tree and waits for it. Nothing may be written afterwards.
  ///
  /// @error AuditUnavailable  the last lines are in the tail alone
  /// @error Deadline          the disk does not answer: this object cannot be destroyed, the process must end
  [[nodiscard]] Result<void> close(Deadline deadline);

 private:
  struct State;
  explicit AuditLog(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace signet::agent
