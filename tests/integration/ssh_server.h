// A real sshd of one test's own, on loopback: its own host keys, its own list of keys that may log in, as the test's
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
  /// As `ssh-keygen -t TYPE -b BITS` makes it; no bits: the type's own.
  struct HostKey {
    std::string type = "ed25519";
    std::string bits{};
  };
  struct Setup {
    std::vector<HostKey> keys = {HostKey()};  ///< at least one
    bool certified = false;                   ///< shows certificates of them, by an SSH CA that its clients trust alone
  };
  SshServer() : SshServer(Setup()) {}
  /// Ends the test program where ssh-keygen or sshd do not do their part.
  explicit SshServer(const Setup& setup);

  /// "SHA256:…" of its first host key, as ssh-keygen prints it.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  /// Whoever has the key of that line of `ssh-add -L` may log in.
  void let_in(std::string_view key_line) const { (void)folder_.write("authorized_keys", key_line); }

  /// The command line of an ssh that logs in here, and knows nothing of the machine's own configuration.
  [[nodiscard]] std::vector<std::string> ssh(std::vector<std::string> words) const;
  [[nodiscard]] std::string log() const { return server_->errors(); }

 private:
  void make_keys(const Setup& setup);
  void start();

  TemporaryFolder folder_;
  std::string keys_;                      // lines of sshd's configuration
  std::vector<std::string> known_hosts_;  // what its clients are told of it
  std::string fingerprint_;
  int port_ = 0;
  std::optional<Process> server_;
};

/// The test's user, by name.
[[nodiscard]] std::string user_name();

}  // namespace signet::test
