// The process signet-module, as its keeper holds it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

/// Owns one running child: it is killed and waited for when this object goes, and the kernel kills it when the keeper's
/// thread ends.
class Child {
 public:
  /// Starts `program` with descriptors 3 (its end of a new link), 4 (`listener`) and 5 (`board`) and no others, in the
  /// keeper's own environment. A program that cannot be executed ends with status 127.
  ///
  /// @param arguments  without the program's name; never a secret
  /// @error Bug  the kernel refused
  [[nodiscard]] static Result<Child> start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                           int listener, int board);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable when the child has ended (pidfd_open(2)).
  [[nodiscard]] int ended_fd() const { return pidfd_.get(); }
  [[nodiscard]] int link() const { return link_.get(); }

  /// Closes the link, whose end tells the child to end, and gives it that long. What a module holds in the token, a TPM
  /// without a resource manager keeps until it is told otherwise.
  void let_end(std::chrono::milliseconds patience);
  void kill() const;
  /// Waits for the child that has ended or was killed, and says how it ended: "with status 1", "by signal 11".
  [[nodiscard]] std::string reap();

 private:
  Child(pid_t pid, UniqueFd pidfd, UniqueFd link);

  pid_t pid_ = -1;  // -1: nothing to wait for
  UniqueFd pidfd_;
  UniqueFd link_;
};

/// From here on what a child leaves behind when it ends becomes a child of this process.
///
/// @error Bug  the kernel refused
[[nodiscard]] Result<void> adopt_leftovers();

/// Ends every child of this process, and what those leave behind in turn: a module may have started programs, which
/// would hold its sockets and the token for ever. Call it where no Child is running.
void end_leftovers();

}  // namespace signet::pkcs11
