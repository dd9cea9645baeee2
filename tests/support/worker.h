// signet-token and its child as the agent starts them, and calls to org.signet.Token.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "json/value.h"
#include "protocol/channel.h"
#include "protocol/token_messages.h"
#include "protocol/varlink.h"
#include "tests/support/process.h"
#include "tests/support/softhsm.h"
#include "tests/support/temporary_folder.h"

namespace signet::test {

/// A generous end for what a test waits for; nothing is measured by it.
[[nodiscard]] inline Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

/// One keeper with its child. Ends both by closing the control socket; aborts the test program where that does not end
/// them, or where a sanitizer has found something in them.
class Worker {
 public:
  struct Setup {
    std::vector<std::string> arguments;                ///< after the program's name
    std::map<std::string, std::string> environment{};  ///< the whole of it
    bool without_capabilities = false;                 ///< as ProcessOptions
    std::map<int, int> descriptors{};                  ///< in addition to those that the agent gives
  };
  explicit Worker(const Setup& setup);
  /// For the one key store of `token`, with its PIN.
  explicit Worker(const SoftHsm& token);
  [[nodiscard]] static Setup setup_for(const SoftHsm& token);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] Process& keeper() { return *keeper_; }
  /// The child; waits until there is one other than `previous`.
  [[nodiscard]] pid_t child(pid_t previous = -1);
  /// Closes the agent's end of the control socket.
  void let_go() { control_.reset(); }

  [[nodiscard]] protocol::Channel connect() const;

 private:
  TemporaryFolder folder_;
  UniqueFd control_;
  std::optional<Process> keeper_;
};

/// One call and its last reply.
struct Answer {
  Result<json::Value> parameters;
  int waiting = 0;  ///< replies before the last
};
void send_call(protocol::Channel& channel, std::string method, json::Value parameters, bool more = false);
[[nodiscard]] Answer receive_answer(protocol::Channel& channel);
[[nodiscard]] Result<json::Value> call(protocol::Channel& channel, std::string method,
                                       json::Value parameters = json::Object{});

[[nodiscard]] Result<std::vector<protocol::TokenKey>> keys_of(protocol::Channel& channel);
[[nodiscard]] Result<Bytes> sign(protocol::Channel& channel, const protocol::TokenKey& key,
                                 const std::variant<Digest, protocol::TokenMessage>& input,
                                 std::chrono::milliseconds deadline = std::chrono::seconds(30));

/// True where `signature` is by the key in `spki` over `digest`, or over the message: OpenSSL says so.
[[nodiscard]] bool verifies(ByteView spki, const Digest& digest, ByteView signature);

[[nodiscard]] bool verifies(ByteView spki, const protocol::TokenMessage& message, ByteView signature);

[[nodiscard]] Digest digest_of(std::string_view text, HashAlgorithm algorithm = HashAlgorithm::Sha256);

}  // namespace signet::test
