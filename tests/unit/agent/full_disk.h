// Files that cannot grow, in the place of a disk that is full.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstddef>

namespace signet::test {

/// As long as it lives no file of this process grows beyond `size` bytes: write(2) puts what fits and then fails
/// (setrlimit(2), RLIMIT_FSIZE).
class FullDisk {
 public:
  explicit FullDisk(std::size_t size) {
    (void)std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{.rlim_cur = size, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace signet::test
