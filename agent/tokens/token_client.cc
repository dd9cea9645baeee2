#include "agent/tokens/token_client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/this_coro.hpp>

#include "agent/loop/turnstile.h"
#include "common/display.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "protocol/asio/connection.h"
#include "protocol/interfaces.h"
#include "protocol/varlink.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using protocol::Connection;

// More sessions at once than a machine has cores bring nothing, and most tokens bear ten.
constexpr std::size_t kConnections = 8;
// The keeper ends a call a second after its deadline; what comes of that says more than silence.
constexpr std::chrono::milliseconds kGrace{1500};

// True where nothing has come and nobody has closed: a worker does not speak unasked.
bool is_quiet(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

Error made_safe(Error error) {
  error.what = display_text(error.what);
  error.remedy = display_text(error.remedy);
  for (std::string& step : error.context) step = display_text(step);
  return error;
}

}  // namespace

struct TokenClient::State {
  State(asio::any_io_executor loop, std::filesystem::path path, std::string name)
      : executor(std::move(loop)), socket(std::move(path)), token(std::move(name)), places(executor, kConnections) {}

  Result<Connection> take_connection();
  Awaitable<Result<json::Value>> converse(Connection& connection, std::string message, Deadline deadline,
                                          const OnWaiting& on_waiting);
  [[nodiscard]] Error ended(Deadline deadline, bool waited) const;
  [[nodiscard]] std::unexpected<Error> nonsense(const std::string& why) const;

  asio::any_io_executor executor;
  std::filesystem::path socket;
  std::string token;
  Turnstile places;
  std::vector<Connection> idle;
};

Result<Connection> TokenClient::State::take_connection() {
  while (!idle.empty()) {
    Connection connection = std::move(idle.back());
    idle.pop_back();
    if (is_quiet(connection.fd())) return connection;
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(socket.native().substr(0, sizeof(address.sun_path) - 1), address.sun_path);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return Connection(executor, std::move(fd));
  }
  return fail(ErrorCode::WorkerFailed, "the worker of token " + token + " cannot be reached: " + errno_text(errno));
}

// What a connection means that ended before the answer.
Error TokenClient::State::ended(Deadline deadline, bool waited) const {
  if (!deadline.passed()) {
    return Error{.code = ErrorCode::WorkerFailed,
                 .what = "the process that holds token " + token + " ended during the operation",
                 .remedy = "ask again; it is started anew"};
  }
  if (waited) {
    return Error{.code = ErrorCode::TouchTimeout,
                 .what = "token " + token + " was not touched in time",
                 .remedy = "ask again and touch it when told to"};
  }
  return Error{
      .code = ErrorCode::Deadline, .what = "token " + token + " did not answer in time", .remedy = "ask again"};
}

std::unexpected<Error> TokenClient::State::nonsense(const std::string& why) const {
  return fail(ErrorCode::WorkerFailed, "the worker of token " + token + " answered nonsense: " + display_text(why),
              "ask again; if it stays, look at the agent's log");
}

Awaitable<Result<json::Value>> TokenClient::State::converse(Connection& connection, std::string message,
                                                            Deadline deadline, const OnWaiting& on_waiting) {
  const Deadline patience(deadline.point() + kGrace);
  auto sent = co_await connection.send(std::move(message));
  for (bool waited = false; sent;) {
    auto text = co_await connection.receive(patience);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
    if (!text && text.error().code == ErrorCode::LimitExceeded) co_return nonsense(text.error().what);
    if (!text || !*text) co_return fail(ended(deadline, waited));
    auto reply = protocol::parse_reply(**text);
    if (!reply) co_return nonsense(reply.error().what);
    if (reply->error) co_return fail(made_safe(protocol::error_from_reply(*reply)));
    if (!reply->continues) co_return std::move(reply->parameters);
    if (!waited && on_waiting) co_await on_waiting();
    waited = true;
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() == asio::cancellation_type::none) co_return fail(ended(deadline, false));
  co_return fail(ErrorCode::Cancelled, "the request was cancelled while token " + token + " was asked");
}

TokenClient::TokenClient(asio::any_io_executor executor, std::filesystem::path socket, std::string token)
    : state_(std::make_unique<State>(std::move(executor), std::move(socket), std::move(token))) {}
TokenClient::~TokenClient() = default;

Awaitable<Result<json::Value>> TokenClient::call(std::string_view method, std::function<json::Value()> build,
                                                 Deadline deadline, OnWaiting on_waiting) {
  auto place = co_await state_->places.enter(deadline);
  if (!place) co_return fail(std::move(place.error()).during("waiting for token " + state_->token));
  auto connection = state_->take_connection();
  if (!connection) co_return fail(std::move(connection.error()));
  protocol::Call call{.method = std::string(protocol::kTokenName) + "." + std::string(method), .parameters = build()};
  call.more = static_cast<bool>(on_waiting);
  auto reply = co_await state_->converse(*connection, protocol::encode_call(call), deadline, on_waiting);
  // After an error the worker may still be at it; after a whole answer it is not.
  if (reply) state_->idle.push_back(std::move(*connection));
  co_return reply;
}

}  // namespace signet::agent
