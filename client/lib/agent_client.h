// The agent, as a program asks it: typed calls of org.signet.Agent over one connection.
//
// Not thread-safe; one call at a time. Closing (destroying) a client cancels what it asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "protocol/agent_messages.h"
#include "protocol/channel.h"
#include "protocol/limits.h"
#include "protocol/varlink.h"

namespace signet::client {

/// To reach the agent and send it a request.
inline constexpr std::chrono::seconds kConnectTime{5};
/// For answers that need no person and no network.
inline constexpr std::chrono::seconds kShortTime{10};
/// For answers that wait for a token or a service.
inline constexpr std::chrono::seconds kLongTime{120};

/// The largest git object that the agent takes.
inline constexpr std::size_t kMaxGitObject = protocol::kMaxGitObject;

/// The largest statement: what fits into a message in base64, beside an envelope that is far smaller than this reserve.
inline constexpr std::size_t kMaxStatement = (protocol::kMaxMessage - std::size_t{64} * 1024) / 4 * 3;

/// The most items of one Sign call.
inline constexpr std::size_t kMaxItems = protocol::kMaxItems;

using OnProgress = std::function<void(const protocol::Progress&)>;
/// Takes the result of one item; an error ends the call, which cancels the rest.
using OnResult = std::function<Result<void>(protocol::ItemResult)>;

class AgentClient {
 public:
  /// Connects and checks, before anything is sent, that socket file and server belong to us or to root.
  ///
  /// @error AgentUnavailable  nobody answers there; the remedy says how to start one
  /// @error NotAuthorized     the socket or the server belongs to another user
  /// @error InvalidRequest    the path is too long for a socket
  [[nodiscard]] static Result<AgentClient> connect(const std::filesystem::path& socket);

  /// The same on the socket of agent_socket_path().
  [[nodiscard]] static Result<AgentClient> connect_default();

  /// Every call ends with Cancelled as soon as this descriptor's other end is gone (Channel::watch()).
  void watch(int fd);

  /// Where the agent wants a token's PIN, the person at this process's terminal is asked for it, until the PIN is
  /// entered or that item goes on. What comes of other items meanwhile is told as ever.
  ///
  /// Signs the items in order; `on_result` gets one result for each, up to and with the first failure unless
  /// `request.continue_on_error`. Where the request names no deadline, it gets the one of this call.
  ///
  /// @error any of the agent's errors; AgentUnavailable  the agent went away; WorkerFailed  it answered nonsense;
  /// Deadline; Cancelled
  [[nodiscard]] Result<void> sign(protocol::SignRequest request, const OnProgress& on_progress,
                                  const OnResult& on_result, Deadline deadline);

  [[nodiscard]] Result<protocol::IdentitiesReply> identities();
  [[nodiscard]] Result<protocol::KeysReply> keys(const protocol::KeysRequest& request);
  [[nodiscard]] Result<protocol::GenerateKeyReply> generate_key(const protocol::GenerateKeyRequest& request);
  [[nodiscard]] Result<protocol::LoginReply> login(const protocol::LoginRequest& request);
  [[nodiscard]] Result<void> logout(const protocol::LogoutRequest& request);
  [[nodiscard]] Result<protocol::ReleaseReply> release_token(const protocol::TokenRequest& request);
  [[nodiscard]] Result<void> reacquire_token(const protocol::TokenRequest& request);
  [[nodiscard]] Result<void> lock(const protocol::LockRequest& request);
  [[nodiscard]] Result<protocol::StatusReply> status();

  /// Hands a PIN to the keeper of a token (protocol/pin_record.h); the agent does not see it. The connection is good
  /// for nothing more.
  ///
  /// @param pin      1 to protocol::kMaxEnteredPin bytes, in a locked page
  /// @param insists  it may be the token's last try
  /// @error RateLimited  the keeper takes another one at this moment
  /// @error InvalidRequest  the keeper did not take it; WorkerFailed  it went away; or the agent's errors
  [[nodiscard]] Result<void> enter_pin(const std::string& token, ByteView pin, bool insists);

  /// The socket that it is connected to.
  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }

 private:
  enum class Wants : std::uint8_t { OneReply, More, Upgrade };
  AgentClient(protocol::Channel channel, std::filesystem::path socket)
      : channel_(std::move(channel)), socket_(std::move(socket)) {}

  Result<void> send(std::string_view method, json::Value parameters, Wants wants);
  class Signing;
  Result<protocol::Reply> receive(Deadline deadline);
  Result<std::optional<protocol::Reply>> receive_what_came();
  Result<protocol::Reply> understand(Result<std::optional<std::string>> message) const;
  Result<json::Value> call(std::string_view method, json::Value parameters, std::chrono::milliseconds time);
  [[nodiscard]] bool reader_gone() const;
  [[nodiscard]] Error ended() const;

  protocol::Channel channel_;
  std::filesystem::path socket_;
  int watched_ = -1;
};

}  // namespace signet::client
