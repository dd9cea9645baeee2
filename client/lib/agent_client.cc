#include "client/lib/agent_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "client/lib/pin_prompt.h"
#include "client/lib/socket_path.h"
#include "common/display.h"
#include "common/secret.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"
#include "protocol/peer.h"
#include "protocol/pin_record.h"

namespace signet::client {
namespace {

using protocol::Channel;
using protocol::ItemResult;
using protocol::Reply;

// A sentence with a token and a commit in it.
constexpr std::size_t kPinText = 600;

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

bool is_pin_wish(const protocol::Progress& news) {
  return news.kind == protocol::ProgressKind::PinNeeded && news.token.has_value();
}

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
  return AgentClient(std::move(*channel), socket);
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

Result<void> AgentClient::send(std::string_view method, json::Value parameters, Wants wants) {
  protocol::Call call{.method = std::string(protocol::kAgentName) + "." + std::string(method),
                      .parameters = std::move(parameters),
                      .more = wants == Wants::More,
                      .upgrade = wants == Wants::Upgrade};
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

Result<Reply> AgentClient::understand(Result<std::optional<std::string>> message) const {
  if (!message && message.error().code == ErrorCode::Cancelled) return fail(ended());
  if (!message) return fail(std::move(message.error()));
  if (!*message) return fail(ended());
  auto reply = protocol::parse_reply(**message);
  if (!reply) return nonsense(std::move(reply.error()));
  if (reply->error) return fail(protocol::error_from_reply(*reply));
  return reply;
}

Result<Reply> AgentClient::receive(Deadline deadline) { return understand(channel_.receive(deadline)); }

// Nothing where no whole reply is there at this moment.
Result<std::optional<Reply>> AgentClient::receive_what_came() {
  auto message = channel_.receive(Deadline::after(std::chrono::milliseconds(0)));
  if (!message && message.error().code == ErrorCode::Deadline) return std::nullopt;
  return understand(std::move(message));
}

Result<json::Value> AgentClient::call(std::string_view method, json::Value parameters, std::chrono::milliseconds time) {
  if (auto sent = send(method, std::move(parameters), Wants::OneReply); !sent) return fail(std::move(sent.error()));
  auto reply = receive(Deadline::after(time));
  if (!reply) return fail(std::move(reply.error()));
  return std::move(reply->parameters);
}

// One Sign call. What the agent says is heard in its order, also while the person is asked for a PIN.
class AgentClient::Signing {
 public:
  Signing(AgentClient& client, Results results, const OnProgress& on_progress, const OnResult& on_result)
      : client_(client), results_(results), on_progress_(on_progress), on_result_(on_result) {}

  Result<void> run(Deadline patience) {
    while (more_) {
      if (wishes_.empty()) {
        if (auto heard = hear(client_.receive(patience)); !heard) return heard;
      }
      if (wishes_.empty()) continue;
      // What is there already may say that the PIN is wanted no more.
      if (auto heard = hear_what_came(); !heard) return heard;
      if (wishes_.empty()) continue;
      if (auto answered = answer(patience); !answered) return answered;
    }
    if (results_.complete()) return {};
    return fail(ErrorCode::WorkerFailed, "the agent's answer ended before the last result");
  }

 private:
  struct PinNeeded {
    std::uint64_t number = 0;
    protocol::Progress progress;
  };

  Result<void> hear(Result<Reply> reply);
  Result<void> hear_what_came();
  Result<void> answer(Deadline deadline);
  void note_wishes(const protocol::SignReply& news);
  [[nodiscard]] bool is_asked_for(const PinNeeded& wish) const {
    return !wishes_.empty() && wishes_.front().number == wish.number;
  }

  AgentClient& client_;
  Results results_;
  const OnProgress& on_progress_;
  const OnResult& on_result_;
  std::vector<PinNeeded> wishes_;  // one for each token; the person is asked for the first one
  std::uint64_t last_number_ = 0;
  bool more_ = true;
};

Result<void> AgentClient::Signing::hear(Result<Reply> reply) {
  if (!reply) return fail(std::move(reply.error()));
  more_ = reply->continues;
  auto news = protocol::parse_sign_reply(reply->parameters);
  if (!news) return nonsense(std::move(news.error()));
  note_wishes(*news);
  if (news->progress && !is_pin_wish(*news->progress) && on_progress_) on_progress_(*news->progress);
  if (!news->result) return {};
  if (auto taken = results_.take(*news->result); !taken) return taken;
  return on_result_(std::move(*news->result));
}

Result<void> AgentClient::Signing::hear_what_came() {
  while (more_) {
    auto reply = client_.receive_what_came();
    if (!reply) return fail(std::move(reply.error()));
    if (!*reply) break;
    if (auto heard = hear(std::move(**reply)); !heard) return heard;
  }
  return {};
}

// An item that goes on needs its PIN no more; of other items nothing follows for it.
void AgentClient::Signing::note_wishes(const protocol::SignReply& news) {
  const auto& progress = news.progress;
  if (!more_) wishes_.clear();
  std::erase_if(wishes_, [&](const PinNeeded& wish) {
    const std::int64_t index = wish.progress.index;
    return (news.result && news.result->index == index) || (progress && progress->index == index) ||
           (progress && is_pin_wish(*progress) && progress->token == wish.progress.token);
  });
  if (more_ && progress && is_pin_wish(*progress)) wishes_.push_back({.number = ++last_number_, .progress = *progress});
}

Result<void> AgentClient::Signing::answer(Deadline deadline) {
  const PinNeeded wish = wishes_.front();
  const protocol::Progress& progress = wish.progress;
  const PinWish asked_for{.token = *progress.token, .text = progress.text, .tries = progress.tries};
  Result<void> heard;
  const StillWanted still_wanted = [&] {
    heard = hear_what_came();
    return heard && is_asked_for(wish);
  };
  auto asked = ask_for_pin(client_.socket_, asked_for, client_.channel_.fd(), deadline, still_wanted);
  if (!heard) return heard;
  if (asked && is_asked_for(wish)) wishes_.erase(wishes_.begin());
  if (asked) return {};
  if (asked.error().remedy.empty()) {
    asked.error().remedy = "enter it at a terminal: signet unlock " + display_text(*progress.token, 64);
  }
  return fail(std::move(asked.error()).during(display_text(progress.text, kPinText)));
}

Result<void> AgentClient::sign(protocol::SignRequest request, const OnProgress& on_progress, const OnResult& on_result,
                               Deadline deadline) {
  if (!request.deadline)
    request.deadline = std::min<std::chrono::milliseconds>(deadline.remaining(), protocol::kMaxDeadline);
  const Results results(request.items.size(), request.continue_on_error);
  if (auto sent = send("Sign", request.encode(), Wants::More); !sent) return sent;
  // The agent is the one to say that time is over, and why.
  return Signing(*this, results, on_progress, on_result).run(Deadline::after(deadline.remaining() + kConnectTime));
}

Result<void> AgentClient::enter_pin(const std::string& token, ByteView pin, bool insists) {
  const protocol::EnterPinRequest request{.token = token};
  if (auto sent = send("EnterPin", request.encode(), Wants::Upgrade); !sent) return sent;
  const Deadline deadline = Deadline::after(kShortTime);
  auto reply = receive(deadline);
  if (!reply) return fail(std::move(reply.error()));
  const auto head = protocol::PinRecordHead{.insists = insists, .length = pin.size()}.encode();
  // A keeper that takes none at this moment has said so and closed: then nothing can be sent.
  if (channel_.send(text_of(head), deadline)) std::ignore = channel_.send(text_of(pin), deadline);
  std::string answer = channel_.take_rest();
  for (;;) {
    std::array<char, 256> some{};
    pollfd readable{.fd = channel_.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(deadline.remaining().count())) <= 0) break;
    const ssize_t size = ::recv(channel_.fd(), some.data(), some.size(), 0);
    if (size <= 0 || answer.size() > protocol::kMaxPinAnswer) break;
    answer.append(some.data(), static_cast<std::size_t>(size));
  }
  return protocol::parse_pin_answer(answer);
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

Result<void> AgentClient::lock(const protocol::LockRequest& request) {
  auto done = call("Lock", request.encode(), kShortTime);
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<protocol::ReleaseReply> AgentClient::release_token(const protocol::TokenRequest& request) {
  return read(call("ReleaseToken", request.encode(), kShortTime), protocol::parse_release_reply);
}

Result<void> AgentClient::reacquire_token(const protocol::TokenRequest& request) {
  auto done = call("ReacquireToken", request.encode(), kShortTime);
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<protocol::StatusReply> AgentClient::status() {
  return read(call("Status", json::Object{}, kShortTime), protocol::parse_status_reply);
}

}  // namespace signet::client
