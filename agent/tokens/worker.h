// Keeps the worker of one token running: starts it, and starts it anew when it ends.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/tokens/worker_process.h"
#include "common/awaitable.h"

namespace signet::agent {

/// Hears of what happens to workers, one sentence at a time.
using Notice = std::function<void(const std::string&)>;

class Worker {
 public:
  struct Settings {
    std::string token;  ///< name, for messages
    WorkerCommand command;
    std::filesystem::path module{};  ///< checked before each start
    int listener = -1;               ///< stays open as long as this object lives
  };

  Worker(boost::asio::any_io_executor executor, Settings settings, Notice notice);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs the worker until stop(). A worker that ends is started again: at once where it lived for half a minute, else
  /// after a pause that doubles up to ten seconds.
  Awaitable<void> keep_running();

  /// The token refused the PIN that the worker read from its file. A worker that is started anew reads the same one and
  /// would send it a second time, so it gets none until the file has changed.
  void withhold_pin();

  /// Tells the worker to end; its process is gone when this object is.
  void stop();

  /// Why there is no process at this moment; nothing where there is one.
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  struct State;
  Awaitable<bool> run_once();
  void set_problem(std::string problem);
  [[nodiscard]] WorkerCommand command_now() const;

  Settings settings_;
  Notice notice_;
  std::optional<std::string> problem_ = "not started yet";
  std::optional<std::filesystem::file_time_type> refused_pin_;  // when the file was written whose PIN was refused
  std::string told_;                                            // the problem that notice_ heard of last
  std::unique_ptr<State> state_;
};

}  // namespace signet::agent
