// A program that a test starts, watches and surely ends.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/time.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

struct ProcessOptions {
  std::vector<std::string> arguments;                ///< the first is the program; looked up in PATH without a slash
  bool inherit_environment = true;                   ///< false: only `environment`
  std::map<std::string, std::string> environment{};  ///< set in addition; replaces what is inherited
  std::map<int, int> descriptors{};                  ///< descriptor in the program -> descriptor of the test
  std::filesystem::path directory{};                 ///< where it runs; empty: where the test runs
  std::string input{};                               ///< its standard input
  bool without_capabilities = false;                 ///< as for a user who is not root, even where root runs the tests
  int terminal = -1;                 ///< its controlling terminal, in a session of its own; -1: the test's
  bool without_terminal = false;     ///< in a session of its own that has none
  bool announce_listen_fds = false;  ///< LISTEN_FDS=1 and LISTEN_PID=<its pid> (sd_listen_fds(3))
};

/// How a program ended.
struct ProcessEnd {
  int status = -1;  ///< exit status; 128 + signal where a signal ended it
  std::string output;
  std::string errors;
  bool dumped_core = false;
};

/// Owns one child process. Standard output and standard error go to files, so that it never waits for a reader. The
/// kernel kills the child when the thread that started it ends; the destructor kills it and waits for it.
class Process {
 public:
  /// Returns when the program runs. Ends the test program where the child cannot be forked; a program that cannot be
  /// executed ends with status 127.
  explicit Process(const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();

  /// Waits for the end; nothing when the deadline passes first.
  [[nodiscard]] std::optional<ProcessEnd> wait(Deadline deadline);

  void send_signal(int signal) const;

  /// What it has written so far.
  [[nodiscard]] std::string output() const;
  [[nodiscard]] std::string errors() const;

 private:
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Runs a program to its end and kills it at the deadline; its status is then 128 + SIGKILL.
[[nodiscard]] ProcessEnd run(const ProcessOptions& options, Deadline deadline);

/// The processes whose parent is `pid`, as /proc says at this moment.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

}  // namespace signet::test
