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

// A line waits for a certificate authority most of the time. Together with the others they fit into the worker's seats.
constexpr std::size_t kLines = 16;
// A worker that keeps its deadline says what came of the call; one that does not is ended by its keeper a second after,
// which its client does not wait for.
constexpr std::chrono::milliseconds kGrace{250};

// True where nothing has come and nobody has closed: a worker does not speak unasked.
bool is_quiet(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

// A child whose keeper has gone gives up what it was at, while we still wait for it: that is its end, and not ours.
bool says_cancelled(const protocol::Reply& reply) {
  return reply.error && protocol::error_from_reply(reply).code == ErrorCode::Cancelled;
}

protocol::Call make_call(std::string_view method, json::Value parameters, const OnWaiting& on_waiting) {
  protocol::Call call{.method = std::string(protocol::kTokenName) + "." + std::string(method),
                      .parameters = std::move(parameters)};
  call.more = static_cast<bool>(on_waiting);
  return call;
}

// A worker that was given no deadline is not late.
bool knows_deadline(const protocol::Call& call) {
  const json::Object* parameters = call.parameters.as_object();
  return parameters != nullptr && parameters->find("deadline_ms") != nullptr;
}

Error made_safe(Error error, const std::string& token) {
  error.what = "token " + token + ": " + display_text(error.what);
  error.remedy = error.remedy.empty() ? "ask again; if it stays, look at the agent's log" : display_text(error.remedy);
  for (std::string& step : error.context) step = display_text(step);
  return error;
}

}  // namespace

struct TokenClient::State {
  State(asio::any_io_executor loop, std::filesystem::path path, std::string name, Succession next)
      : executor(std::move(loop)),
        socket(std::move(path)),
        token(std::move(name)),
        succession(std::move(next)),
        places(executor, kTokenConnections),
        lines(executor, kLines) {}

  Result<Connection> take_connection();
  [[nodiscard]] Result<Connection> connect() const;
  Awaitable<Result<json::Value>> ask(protocol::Call call, Deadline deadline, const OnWaiting& on_waiting, bool& died);
  Awaitable<Result<json::Value>> converse(Connection& connection, const protocol::Call& call, Deadline deadline,
                                          const OnWaiting& on_waiting, bool& died);
  [[nodiscard]] Error ended(Deadline deadline, bool waited) const;
  [[nodiscard]] std::unexpected<Error> nonsense(const std::string& why) const;

  asio::any_io_executor executor;
  std::filesystem::path socket;
  std::string token;
  Succession succession;
  Turnstile places;
  Turnstile lines;
  std::vector<Connection> idle;
};

Result<Connection> TokenClient::State::take_connection() {
  while (!idle.empty()) {
    Connection connection = std::move(idle.back());
    idle.pop_back();
    if (is_quiet(connection.fd())) return connection;
  }
  return connect();
}

Result<Connection> TokenClient::State::connect() const {
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

Awaitable<Result<json::Value>> TokenClient::State::converse(Connection& connection, const protocol::Call& call,
                                                            Deadline deadline, const OnWaiting& on_waiting,
                                                            bool& died) {
  const Deadline patience(deadline.point() + kGrace);
  auto sent = co_await connection.send(protocol::encode_call(call));
  for (bool waited = false; sent;) {
    auto text = co_await connection.receive(patience);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
    if (!text && text.error().code == ErrorCode::LimitExceeded) co_return nonsense(text.error().what);
    auto reply = text && *text ? protocol::parse_reply(**text) : Result<protocol::Reply>();
    if (!reply) co_return nonsense(reply.error().what);
    if (!text || !*text || says_cancelled(*reply)) {
      died = !waited && !deadline.passed();
      if (!deadline.passed() || knows_deadline(call)) succession.lost();
      co_return fail(ended(deadline, waited));
    }
    if (reply->error) co_return fail(made_safe(protocol::error_from_reply(*reply), token));
    if (!reply->continues) co_return std::move(reply->parameters);
    if (!waited && on_waiting) co_await on_waiting();
    waited = true;
  }
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() == asio::cancellation_type::none) {
    died = !deadline.passed();
    succession.lost();
    co_return fail(ended(deadline, false));
  }
  co_return fail(ErrorCode::Cancelled, "the request was cancelled while token " + token + " was asked");
}

// `died`: the worker ended before it answered and before it had let anybody wait.
Awaitable<Result<json::Value>> TokenClient::State::ask(protocol::Call call, Deadline deadline,
                                                       const OnWaiting& on_waiting, bool& died) {
  auto connection = take_connection();
  if (!connection) co_return fail(std::move(connection.error()));
  auto reply = co_await converse(*connection, call, deadline, on_waiting, died);
  // After an error the worker may still be at it; after a whole answer it is not.
  if (reply) idle.push_back(std::move(*connection));
  co_return reply;
}

class TokenClient::OwnLine final : public Line {
 public:
  OwnLine(State& state, Turnstile::Pass place, Connection connection)
      : state_(state), place_(std::move(place)), connection_(std::move(connection)) {}

  // What was made for the line died with the worker: its successor is not asked.
  Awaitable<Result<json::Value>> call(std::string_view method, std::function<json::Value()> build, Deadline deadline,
                                      OnWaiting on_waiting) override {
    const protocol::Call call = make_call(method, build(), on_waiting);
    bool died = false;
    co_return co_await state_.converse(connection_, call, deadline, on_waiting, died);
  }

 private:
  State& state_;
  Turnstile::Pass place_;
  Connection connection_;
};

TokenClient::TokenClient(asio::any_io_executor executor, std::filesystem::path socket, std::string token,
                         Succession succession)
    : state_(std::make_unique<State>(std::move(executor), std::move(socket), std::move(token), std::move(succession))) {
}
TokenClient::~TokenClient() = default;

Awaitable<Result<json::Value>> TokenClient::call(std::string_view method, std::function<json::Value()> build,
                                                 Deadline deadline, Repeat repeat, OnWaiting on_waiting) {
  auto place = co_await state_->places.enter(deadline);
  if (!place) co_return fail(std::move(place.error()).during("waiting for token " + state_->token));
  protocol::Call call = make_call(method, build(), on_waiting);
  bool died = false;
  auto reply = co_await state_->ask(call, deadline, on_waiting, died);
  if (reply || !died || repeat == Repeat::Never) co_return reply;
  // They lead to the same process, which may not have closed all of them yet.
  state_->idle.clear();
  if (auto there = co_await state_->succession.wait(deadline); !there) co_return fail(std::move(there.error()));
  call.parameters = build();
  co_return co_await state_->ask(std::move(call), deadline, on_waiting, died);
}

Awaitable<Result<std::unique_ptr<TokenClient::Line>>> TokenClient::open_line(Deadline deadline) {
  auto place = co_await state_->lines.enter(deadline);
  if (!place) co_return fail(std::move(place.error()).during("waiting for token " + state_->token));
  auto connection = state_->connect();
  if (!connection) co_return fail(std::move(connection.error()));
  std::unique_ptr<Line> line = std::make_unique<OwnLine>(*state_, std::move(*place), std::move(*connection));
  co_return line;
}

}  // namespace signet::agent
