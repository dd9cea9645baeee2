// A real sshd of one test's own, on loopback: its own host key, its own list of keys that may log in, as the test's
// user.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

class SshServer {
 public:
  /// Ends the test program where ssh-keygen or sshd do not do their part.
  SshServer();

  /// "SHA256:…" of its host key, as ssh-keygen prints it.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  /// Whoever has the key of that line of `ssh-add -L` may log in.
  void let_in(std::string_view key_line) const { (void)folder_.write("authorized_keys", key_line); }

  /// The command line of an ssh that logs in here, and knows nothing of the machine's own configuration.
  [[nodiscard]] std::vector<std::string> ssh(std::vector<std::string> words) const;
  [[nodiscard]] std::string log() const { return server_->errors(); }

 private:
  void start();

  TemporaryFolder folder_;
  std::string fingerprint_;
  int port_ = 0;
  std::optional<Process> server_;
};

/// The test's user, by name.
[[nodiscard]] std::string user_name();

}  // namespace signet::test
