#include "client/lib/agent_client.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "client/lib/socket_path.h"
#include "common/display.h"
#include "common/secret.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"
#include "protocol/peer.h"

namespace signet::client {
namespace {

using protocol::Channel;
using protocol::ItemResult;
using protocol::Reply;

constexpr const char* kStart = "start it with: signet-agent";

Result<void> check_server(const Channel& channel, const std::filesystem::path& socket) {
  const auto uid = protocol::peer_uid(channel.fd());
  if (!uid) return fail(uid.error());
  if (*uid == ::geteuid() || *uid == 0) return {};
  return fail(ErrorCode::NotAuthorized,
              "the agent at " + display_text(socket.native()) + " runs as user id " + std::to_string(*uid),
              "nothing was sent; ask an agent of your own or of root");
}

// The one message that holds a secret: its text must not outlive the call.
void wipe_id_token(json::Value& parameters) {
  json::Object* object = parameters.as_object();
  json::Value* token = object == nullptr ? nullptr : object->find("id_token");
  if (token != nullptr && token->as_string() != nullptr) wipe(*token->as_string());
}

// Checks that results come one for each item, in order, and says when the last one is there.
class Results {
 public:
  Results(std::size_t items, bool continue_on_error) : items_(items), continue_on_error_(continue_on_error) {}

  Result<void> take(const ItemResult& result) {
    if (result.index != next_ || complete())
      return fail(ErrorCode::WorkerFailed, "the agent's results are not in order");
    ++next_;
    stopped_ = result.failure.has_value() && !continue_on_error_;
    return {};
  }

  [[nodiscard]] bool complete() const { return stopped_ || next_ == static_cast<std::int64_t>(items_); }

 private:
  std::size_t items_;
  bool continue_on_error_;
  std::int64_t next_ = 0;
  bool stopped_ = false;
};

// An answer that cannot be read is the agent's fault, not the asker's.
std::unexpected<Error> nonsense(Error error) {
  return fail(ErrorCode::WorkerFailed, "the agent's answer cannot be read: " + error.what,
              "agent and client may be of different versions");
}

template <typename T>
Result<T> read(Result<json::Value> parameters, Result<T> (*parse)(const json::Value&)) {
  if (!parameters) return fail(std::move(parameters.error()));
  auto value = parse(*parameters);
  if (!value) return nonsense(std::move(value.error()));
  return value;
}

}  // namespace

Result<AgentClient> AgentClient::connect(const std::filesystem::path& socket) {
  if (auto fits = Channel::check_path(socket); !fits) return fail(std::move(fits.error()));
  if (auto owner = check_socket_owner(socket); !owner) return fail(std::move(owner.error()));
  auto channel = Channel::connect(socket, Deadline::after(kConnectTime));
  if (!channel && channel.error().code == ErrorCode::AgentUnavailable) channel.error().remedy = kStart;
  if (!channel) return fail(std::move(channel.error()));
  if (auto server = check_server(*channel, socket); !server) return fail(std::move(server.error()));
  return AgentClient(std::move(*channel));
}

Result<AgentClient> AgentClient::connect_default() {
  const auto socket = agent_socket_path();
  if (!socket) return fail(socket.error());
  return connect(*socket);
}

void AgentClient::watch(int fd) {
  watched_ = fd;
  channel_.watch(fd);
}

bool AgentClient::reader_gone() const {
  pollfd watched{.fd = watched_, .events = 0, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

// Why a connection that should have gone on did not.
Error AgentClient::ended() const {
  if (reader_gone()) return {.code = ErrorCode::Cancelled, .what = "whoever reads the result has gone"};
  return {.code = ErrorCode::AgentUnavailable,
          .what = "the agent closed the connection before it had answered",
          .remedy =
              "see whether it runs (signet status), start it with: signet-agent; its audit log says what became "
              "of the request, and asking again does no harm"};
}

Result<void> AgentClient::send(std::string_view method, json::Value parameters, bool more) {
  protocol::Call call{.method = std::string(protocol::kAgentName) + "." + std::string(method),
                      .parameters = std::move(parameters),
                      .more = more};
  if (reader_gone()) return fail(ended());
  std::string message = protocol::encode_call(call);
  wipe_id_token(call.parameters);
  if (message.size() > protocol::kMaxMessage + 1) {
    return fail(ErrorCode::LimitExceeded,
                "the request has " + std::to_string(message.size()) + " bytes; the agent takes " +
                    std::to_string(protocol::kMaxMessage),
                "sign less at once");
  }
  auto sent = channel_.send(message, Deadline::after(kConnectTime));
  wipe(message);
  // An agent that refuses a connection says why and closes: what it said is still to be read.
  if (!sent && sent.error().code == ErrorCode::Cancelled && !reader_gone()) return {};
  return sent;
}

Result<Reply> AgentClient::receive(Deadline deadline) {
  auto message = channel_.receive(deadline);
  if (!message && message.error().code == ErrorCode::Cancelled) return fail(ended());
  if (!message) return fail(std::move(message.error()));
  if (!*message) return fail(ended());
  auto reply = protocol::parse_reply(**message);
  if (!reply) return nonsense(std::move(reply.error()));
  if (reply->error) return fail(protocol::error_from_reply(*reply));
  return reply;
}

Result<json::Value> AgentClient::call(std::string_view method, json::Value parameters, std::chrono::milliseconds time) {
  if (auto sent = send(method, std::move(parameters), false); !sent) return fail(std::move(sent.error()));
  auto reply = receive(Deadline::after(time));
  if (!reply) return fail(std::move(reply.error()));
  return std::move(reply->parameters);
}

Result<void> AgentClient::sign(protocol::SignRequest request, const OnProgress& on_progress, const OnResult& on_result,
                               Deadline deadline) {
  if (!request.deadline)
    request.deadline = std::min<std::chrono::milliseconds>(deadline.remaining(), protocol::kMaxDeadline);
  // The agent is the one to say that time is over, and why.
  const Deadline patience = Deadline::after(deadline.remaining() + kConnectTime);
  Results results(request.items.size(), request.continue_on_error);
  if (auto sent = send("Sign", request.encode(), true); !sent) return sent;
  for (bool more = true; more;) {
    auto reply = receive(patience);
    if (!reply) return fail(std::move(reply.error()));
    more = reply->continues;
    auto news = protocol::parse_sign_reply(reply->parameters);
    if (!news) return nonsense(std::move(news.error()));
    if (news->progress && on_progress) on_progress(*news->progress);
    if (!news->result) continue;
    if (auto taken = results.take(*news->result); !taken) return taken;
    if (auto used = on_result(std::move(*news->result)); !used) return used;
  }
  if (!results.complete()) return fail(ErrorCode::WorkerFailed, "the agent's answer ended before the last result");
  return {};
}

Result<protocol::IdentitiesReply> AgentClient::identities() {
  return read(call("Identities", json::Object{}, kShortTime), protocol::parse_identities_reply);
}

Result<protocol::KeysReply> AgentClient::keys(const protocol::KeysRequest& request) {
  return read(call("Keys", request.encode(), kLongTime), protocol::parse_keys_reply);
}

Result<protocol::GenerateKeyReply> AgentClient::generate_key(const protocol::GenerateKeyRequest& request) {
  return read(call("GenerateKey", request.encode(), kLongTime), protocol::parse_generate_key_reply);
}

Result<protocol::LoginReply> AgentClient::login(const protocol::LoginRequest& request) {
  return read(call("Login", request.encode(), kLongTime), protocol::parse_login_reply);
}

Result<void> AgentClient::logout(const protocol::LogoutRequest& request) {
  auto done = call("Logout", request.encode(), kShortTime);
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<protocol::StatusReply> AgentClient::status() {
  return read(call("Status", json::Object{}, kShortTime), protocol::parse_status_reply);
}

}  // namespace signet::client
