#include "tests/support/ready_pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>

namespace signet::test {

ReadyPipe::ReadyPipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  ours_.reset(ends[0]);
  theirs_.reset(ends[1]);
}

void ReadyPipe::wait_for(const Process& process, std::string_view name, Deadline deadline) {
  theirs_.reset();  // so that its end is seen
  pollfd readable{.fd = ours_.get(), .events = POLLIN, .revents = 0};
  char byte = 0;
  const int patience = static_cast<int>(deadline.remaining().count());
  if (::poll(&readable, 1, patience) == 1 && ::read(ours_.get(), &byte, 1) == 1) return;
  std::cerr << name << " is not ready: " << process.errors() << "\n";
  std::abort();
}

}  // namespace signet::test
