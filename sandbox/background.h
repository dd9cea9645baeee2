// A sandbox that serves in a thread of its own, for tests and benchmarks.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "common/error.h"
#include "sandbox/sandbox.h"

namespace signet::sandbox {

class BackgroundSandbox {
 public:
  /// Serves from here on, on the ports of the folder.
  ///
  /// @param clock  must outlive it; the machine's own where none is given
  /// @error InvalidRequest  as Sandbox::open() and Sandbox::serve()
  [[nodiscard]] static Result<std::unique_ptr<BackgroundSandbox>> start(const std::filesystem::path& folder,
                                                                        const Clock* clock = nullptr,
                                                                        const Offer& offer = {});
  /// Ends the thread and closes everything; the folder keeps its state.
  ~BackgroundSandbox();
  BackgroundSandbox(const BackgroundSandbox&) = delete;
  BackgroundSandbox& operator=(const BackgroundSandbox&) = delete;

  /// Runs `work` on the sandbox in its thread, between two requests, and waits for it.
  void with(const std::function<void(Sandbox&)>& work);

  [[nodiscard]] FaultBoard& faults();
  [[nodiscard]] Counters& counters();
  /// What does not change while it runs: keys, ports, folder.
  [[nodiscard]] const Sandbox& facts() const;

 private:
  struct State;
  explicit BackgroundSandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::sandbox
