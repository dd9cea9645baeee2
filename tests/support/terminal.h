// A terminal and the person at it (pty(7)): reads what a program shows there, and types.
#pragma once

#include <string>
#include <string_view>

#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::test {

/// Ends the test program where the system has no terminal to give.
class Terminal {
 public:
  Terminal();

  /// For ProcessOptions::terminal.
  [[nodiscard]] int end_of_program() const { return program_.get(); }

  /// Its name: /dev/pts/7.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Waits until that was shown after what an earlier call found; false where it was not in time.
  [[nodiscard]] bool shows(std::string_view text, Deadline deadline = Deadline::after(std::chrono::minutes(1)));
  void type(std::string_view keys) const;

  /// True where the terminal shows what is typed.
  [[nodiscard]] bool echoes() const;
  /// Waits for that; false where it did not come to be in time.
  [[nodiscard]] bool comes_to_echo(bool echo, Deadline deadline = Deadline::after(std::chrono::minutes(1))) const;

  /// All that was shown so far.
  [[nodiscard]] const std::string& screen();

 private:
  void read_some(int milliseconds);

  std::string name_;
  UniqueFd person_;
  UniqueFd program_;
  std::string screen_;
  std::size_t found_ = 0;
};

}  // namespace signet::test
