// What an SSH signature is about, where the program that asks for it has it in a file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/loop/turnstile.h"
#include "common/awaitable.h"
#include "protocol/peer.h"
#include "ssh/sshsig.h"

namespace signet::agent {

class Bell;

/// The content of the file that a program signs, by the last word of its command line, where nobody else could have
/// written it; at most protocol::kMaxGitObject bytes. May wait for as long as a file system likes: both the command
/// line and the file may lie on one that does not answer.
[[nodiscard]] std::optional<std::string> read_signed_file(const protocol::Peer& peer);

/// Reads such files on a thread beside the event loop, one at a time. A thread that does not come back is left to
/// itself, also at the end of this object, and nothing is read while there is one. Used from the event loop, which must
/// outlive it; must outlive whoever asks.
class SignedFiles {
 public:
  /// Called on the thread, perhaps until after the end of this object.
  using Read = std::function<std::optional<std::string>(const protocol::Peer&)>;

  explicit SignedFiles(boost::asio::any_io_executor executor, Read read = read_signed_file,
                       std::chrono::milliseconds patience = std::chrono::milliseconds(100));
  ~SignedFiles();
  SignedFiles(const SignedFiles&) = delete;
  SignedFiles& operator=(const SignedFiles&) = delete;

  /// git has a commit or tag signed by `ssh-keygen -Y sign`, which sends a hash alone, from a file whose name is the
  /// last word of its command line. The object's summary (sigstore::GitObject), safe to show, where read_signed_file()
  /// yields it and its hash is the one that is to be signed: then it is no claim. Nothing otherwise, where the
  /// namespace is not "git", where that takes longer than `patience` together with those who asked before, and where
  /// the thread of an earlier question is still at work.
  ///
  /// @param peer, request  must live until the answer
  Awaitable<std::optional<std::string>> summary_of(const protocol::Peer& peer, const ssh::SshsigRequest& request);

 private:
  struct Desk;
  struct Reading;
  static bool begin(const std::shared_ptr<Desk>& desk, const protocol::Peer& peer,
                    const std::shared_ptr<Reading>& reading);
  Awaitable<std::optional<std::string>> read(const protocol::Peer& peer);

  std::chrono::milliseconds patience_;
  Turnstile turns_;
  std::shared_ptr<Bell> answered_;
  std::shared_ptr<Desk> desk_;
};

}  // namespace signet::agent
