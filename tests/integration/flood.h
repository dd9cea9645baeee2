// Clients who mean no good, and what a process costs.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/household.h"

namespace signet::test {

/// Memory and descriptors of a process. Needs root: ours are not dumpable (D25).
struct Cost {
  std::size_t private_dirty_kb = 0;
  std::size_t descriptors = 0;
};
[[nodiscard]] Cost cost_of(pid_t pid);

/// Lets the test have as many descriptors as the floods need.
void raise_descriptor_limit();

/// A connected socket that never blocks. Ends the test program where nobody listens.
[[nodiscard]] UniqueFd connect_raw(const Household& house);

/// While it lives, this thread is another user to whoever looks at its new connections. Only where root runs the test.
class AsUser {
 public:
  explicit AsUser(uid_t uid);
  ~AsUser();
  AsUser(const AsUser&) = delete;
  AsUser& operator=(const AsUser&) = delete;
};

/// Sends as much as the other end takes without a pause.
///
/// @return  how many bytes went
std::size_t send_what_goes(const UniqueFd& socket, std::string_view bytes);

/// Bytes that are seldom JSON and always end in a NUL: noise, spoilt calls, cut calls.
[[nodiscard]] std::string random_message(std::mt19937& random);

/// Asks the agent again and again until it is stopped, on a new connection each time.
class HonestClient {
 public:
  /// @param ask  one request; false where the answer was not the right one
  explicit HonestClient(std::function<bool()> ask);
  ~HonestClient();
  HonestClient(const HonestClient&) = delete;
  HonestClient& operator=(const HonestClient&) = delete;

  struct Experience {
    int served = 0;
    int failed = 0;
    std::chrono::milliseconds longest{0};
  };
  /// Ends it and says how it went.
  [[nodiscard]] Experience stop();

 private:
  void run();

  std::function<bool()> ask_;
  std::atomic<bool> stop_ = false;
  Experience experience_;
  std::thread thread_;
};

}  // namespace signet::test
