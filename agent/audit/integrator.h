// The thread that brings lines of the audit log into its tree. The event loop hands it a batch and goes on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/audit/log_store.h"
#include "agent/audit/tail_file.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

class Integrator {
 public:
  struct Lines {
    std::uint64_t first = 0;     ///< the number of the first one
    std::vector<Bytes> texts{};  ///< without line ends
    TailFile* file = nullptr;    ///< emptied when they are in the tree
  };
  /// Called on the thread, when a batch is on the disk or cannot be brought there.
  using Done = std::function<void(Result<void> result, std::string checkpoint)>;

  Integrator(LogStore store, Done done);
  /// Waits for the batch at work.
  ~Integrator();
  Integrator(const Integrator&) = delete;
  Integrator& operator=(const Integrator&) = delete;

  /// Begins a batch; the one before must have been answered. After a failure the same one may be given again.
  void begin(Lines lines);

  /// Lets the thread bring `rest` into the tree after the batch at work; nothing may begin afterwards. Yields the last
  /// checkpoint.
  ///
  /// @param rest  all lines that were not answered yet, in order; those of the batch at work may be among them
  /// @error Deadline          the disk did not answer in time: this object cannot be destroyed, the process must end
  /// @error AuditUnavailable  as LogStore::append()
  [[nodiscard]] Result<std::string> finish(std::vector<Lines> rest, Deadline deadline);

 private:
  void work();

  LogStore store_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Lines> task_;                // under mutex_
  bool ending_ = false;                      // under mutex_
  std::vector<Lines> rest_;                  // under mutex_: what is still to be done at the end
  std::optional<Result<std::string>> last_;  // under mutex_: what came of that
  std::thread thread_;
};

}  // namespace signet::agent
