// A disk that does not answer: the one other thread of this process, which waits for it, stands still.
#pragma once

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace signet::test {

/// As long as it lives every thread but the caller's is stuck, wherever it is, as in a system call that does not end.
class HangingDisk {
 public:
  HangingDisk() {
    if (::pipe2(entered_.data(), O_CLOEXEC) != 0 || ::pipe2(released_.data(), O_CLOEXEC) != 0) std::abort();
    struct sigaction action{};
    action.sa_handler = &stand_still;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGUSR1, &action, &before_);
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      const auto thread = static_cast<pid_t>(std::stol(task.path().filename().string()));
      if (thread == ::gettid() || takes_no_signal(task.path())) continue;
      wait_until_it_sleeps(task.path());
      if (::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR1) != 0) continue;
      char byte = 0;
      if (::read(entered_[0], &byte, 1) == 1) ++stuck_;
    }
  }
  ~HangingDisk() {
    for (int i = 0; i < stuck_; ++i) (void)!::write(released_[1], "x", 1);
    char byte = 0;
    for (int i = 0; i < stuck_; ++i) (void)!::read(entered_[0], &byte, 1);
    ::sigaction(SIGUSR1, &before_, nullptr);
    for (const int fd : {entered_[0], entered_[1], released_[0], released_[1]}) ::close(fd);
  }
  HangingDisk(const HangingDisk&) = delete;
  HangingDisk& operator=(const HangingDisk&) = delete;

  [[nodiscard]] int stuck() const { return stuck_; }

 private:
  // A thread of a sanitizer.
  static bool takes_no_signal(const std::filesystem::path& task) {
    std::ifstream status(task / "status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("SigBlk:")) return ((std::stoull(line.substr(7), nullptr, 16) >> (SIGUSR1 - 1)) & 1U) != 0;
    }
    return true;
  }

  // A thread that holds a lock would stop its owners as well: it runs, and sleeps when it waits for work.
  static void wait_until_it_sleeps(const std::filesystem::path& task) {
    for (int asleep = 0; asleep < 5;) {
      std::string stat;
      std::getline(std::ifstream(task / "stat"), stat);
      asleep = stat.find(") S ") == std::string::npos ? 0 : asleep + 1;
      ::usleep(2'000);
    }
  }

  static void stand_still(int) {
    char byte = 0;
    (void)!::write(entered_[1], "x", 1);
    (void)!::read(released_[0], &byte, 1);
    (void)!::write(entered_[1], "x", 1);
  }

  // A signal handler knows nothing but these.
  inline static std::array<int, 2> entered_{};
  inline static std::array<int, 2> released_{};
  struct sigaction before_{};
  int stuck_ = 0;
};

}  // namespace signet::test
