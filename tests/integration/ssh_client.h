// One connection to the SSH agent's socket, byte by byte: for what no client of OpenSSH's would send.
#pragma once

#include <filesystem>
#include <optional>

#include "common/bytes.h"
#include "common/unique_fd.h"
#include "ssh/frames.h"

namespace signet::test {

class SshClient {
 public:
  explicit SshClient(const std::filesystem::path& socket);

  /// Sends these bytes as they are.
  void send(ByteView bytes) const;
  /// The next answer; nothing where the agent closed, or says nothing for a minute.
  [[nodiscard]] std::optional<Bytes> hear();
  [[nodiscard]] std::optional<Bytes> ask(ByteView message);
  void close() { socket_.reset(); }

 private:
  UniqueFd socket_;
  ssh::Frames frames_;
};

/// Asks for the list of keys.
[[nodiscard]] Bytes ssh_list_request();
/// Asks that client for the first key of the list; ends the test program where there is none.
[[nodiscard]] Bytes ssh_first_key(SshClient& client);
/// Asks for an sshsig signature of namespace "git" with that key.
[[nodiscard]] Bytes ssh_signature_request(SshClient& client);

}  // namespace signet::test
