// The pipe of --ready-fd: how a program tells the test that started it that it serves.
#pragma once

#include <string_view>

#include "common/time.h"
#include "common/unique_fd.h"
#include "tests/support/process.h"

namespace signet::test {

/// Ends the test program where the pipe cannot be made.
class ReadyPipe {
 public:
  ReadyPipe();

  /// What the program is given as a descriptor of its own.
  [[nodiscard]] int end_of_program() const { return theirs_.get(); }

  /// Waits until the program has written to it. Ends the test program, with what the program said, where it ends or
  /// the deadline passes first.
  void wait_for(const Process& process, std::string_view name, Deadline deadline);

 private:
  UniqueFd ours_;
  UniqueFd theirs_;
};

}  // namespace signet::test
