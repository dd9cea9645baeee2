// The other end of the socket, saying what a test tells it to say, sense or nonsense.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/unique_fd.h"
#include "protocol/varlink.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// The texts of the replies to one call, without their NULs. kHangUp closes the connection at that point, kWait waits
/// until the client closes it.
using Script = std::function<std::vector<std::string>(const protocol::Call&)>;
inline constexpr const char* kHangUp = "<hang up>";
inline constexpr const char* kWait = "<wait>";

/// Listens on a socket of its own and serves one connection after the other on a thread of its own.
class ScriptedAgent {
 public:
  explicit ScriptedAgent(Script script);
  ~ScriptedAgent();
  ScriptedAgent(const ScriptedAgent&) = delete;
  ScriptedAgent& operator=(const ScriptedAgent&) = delete;

  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "agent.sock"; }
  /// The calls that came so far.
  [[nodiscard]] std::vector<protocol::Call> calls();
  /// Waits until a client has closed a connection that was at kWait; false when it did not within 20 s.
  [[nodiscard]] bool saw_cancel();

 private:
  void serve();
  void serve_connection(UniqueFd socket);

  TemporaryFolder folder_;
  Script script_;
  UniqueFd listener_;
  std::mutex mutex_;
  std::vector<protocol::Call> calls_;
  int cancels_ = 0;
  std::thread thread_;
};

/// The reply {"parameters": …} as text; `members` is the inside of the object.
[[nodiscard]] std::string reply_text(const std::string& members, bool continues = false);

/// A Sign result for item `index` with `form` such as "\"cms\":\"…\"".
[[nodiscard]] std::string result_text(int index, const std::string& form, bool continues = false);

/// An identity as Identities shows it; `more` are members that came after the first version.
[[nodiscard]] std::string identity_text(const std::string& name, const std::string& more);

}  // namespace signet::test
