// Lets go of what is not used: one thread, which sleeps while there is nothing to let go of.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace signet::pkcs11 {

class Rest {
 public:
  /// @param release  called on the thread of this object when the last use is long enough ago; false: not now, again
  ///                 after a moment
  explicit Rest(std::function<bool()> release);
  ~Rest();
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;

  /// It is in use until now, and shall be kept for so long beyond. Any thread.
  void keep_for(std::chrono::milliseconds time);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  void watch();

  std::function<bool()> release_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<TimePoint> due_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace signet::pkcs11
