#include "sandbox/http_server.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace signet::sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

using Parser = http::request_parser<http::string_body>;
using Message = http::request<http::string_body>;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

HttpCall call_of(Message message) {
  const std::string_view target(message.target().data(), message.target().size());
  const auto question = target.find('?');
  HttpCall call{.method = std::string(message.method_string()),
                .path = std::string(target.substr(0, question)),
                .query = question == std::string_view::npos ? std::string() : std::string(target.substr(question + 1)),
                .headers = {},
                .body = std::move(message.body())};
  for (const auto& field : message) {
    call.headers.emplace_back(lower_case({field.name_string().data(), field.name_string().size()}),
                              std::string(field.value()));
  }
  return call;
}

/// What a reply must know of its request.
struct Asked {
  unsigned version = 11;
  bool keep_alive = false;
  bool without_body = false;  ///< HEAD
};

Asked asked_by(const Message& message) {
  return {.version = message.version(),
          .keep_alive = message.keep_alive(),
          .without_body = message.method() == http::verb::head};
}

http::response<http::string_body> message_of(HttpReply reply, const Asked& asked) {
  http::response<http::string_body> message;
  message.version(asked.version);
  message.result(reply.status);
  message.set(http::field::content_type, reply.content_type);
  for (const auto& [name, value] : reply.headers) message.set(name, value);
  message.body() = std::move(reply.body);
  message.keep_alive(asked.keep_alive);
  message.prepare_payload();
  if (asked.without_body) message.body().clear();  // its length has been told
  return message;
}

/// The status that tells a client why its request could not be read; 0 where there is nobody to tell.
unsigned status_of(const boost::system::error_code& trouble) {
  if (trouble == http::error::body_limit) return 413;
  if (trouble == http::error::header_limit) return 431;
  if (trouble == http::error::end_of_stream || trouble == http::error::partial_message) return 0;
  return trouble.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

/// The reply to a request that could not be read.
std::string refusal(unsigned status) {
  const auto reason = http::obsolete_reason(http::int_to_status(status));
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) +
         "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
}

/// An open connection, known to the server for as long as it is served.
class Listed {
 public:
  Listed(std::set<beast::tcp_stream*>& streams, beast::tcp_stream& stream) : streams_(streams), stream_(stream) {
    streams_.insert(&stream_);
  }
  ~Listed() { streams_.erase(&stream_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::set<beast::tcp_stream*>& streams_;
  beast::tcp_stream& stream_;
};

}  // namespace

struct HttpServer::State {
  State(const asio::any_io_executor& executor, HttpHandler handle, RefuseConnection refuse_connection,
        const HttpLimits& limit)
      : acceptor(executor), handler(std::move(handle)), refuse(std::move(refuse_connection)), limits(limit) {}

  Result<void> open(std::uint16_t port);
  // What is spawned keeps the state from the start: the server may go before the coroutine first runs.
  Awaitable<void> accept_all(std::shared_ptr<State> self);
  Awaitable<void> pause();
  Awaitable<void> serve(std::shared_ptr<State> self, tcp::socket socket);
  Awaitable<bool> answer(beast::tcp_stream& stream, Message message);
  Awaitable<void> send_away(beast::tcp_stream& stream, std::string reply);
  void close();

  tcp::acceptor acceptor;
  HttpHandler handler;
  RefuseConnection refuse;
  HttpLimits limits;
  std::set<beast::tcp_stream*> streams;
};

Result<void> HttpServer::State::open(std::uint16_t port) {
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  boost::system::error_code trouble;
  acceptor.open(tcp::v4(), trouble);
  if (!trouble) acceptor.set_option(asio::socket_base::reuse_address(true), trouble);
  if (!trouble) acceptor.bind(endpoint, trouble);
  if (!trouble) acceptor.listen(asio::socket_base::max_listen_connections, trouble);
  if (trouble) {
    return fail(ErrorCode::InvalidRequest,
                "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + trouble.message(),
                "end the program that has the port, or remove ports.json to choose others");
  }
  return {};
}

Awaitable<void> HttpServer::State::pause() {
  asio::steady_timer timer(acceptor.get_executor(), std::chrono::milliseconds(20));
  (void)co_await timer.async_wait(kAwait);
}

Awaitable<void> HttpServer::State::accept_all(std::shared_ptr<State> self) {
  while (acceptor.is_open()) {
    auto [trouble, socket] = co_await acceptor.async_accept(kAwait);
    if (trouble == asio::error::operation_aborted) co_return;
    if (trouble) co_await pause();  // no descriptors left, for example
    if (trouble || streams.size() >= limits.connections || (refuse && refuse())) continue;
    asio::co_spawn(acceptor.get_executor(), serve(self, std::move(socket)), asio::detached);
  }
}

Awaitable<void> HttpServer::State::serve([[maybe_unused]] std::shared_ptr<State> self, tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  boost::system::error_code ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  const Listed listed(streams, stream);
  beast::flat_buffer buffer;
  for (bool more = true; more;) {
    Parser parser;
    parser.body_limit(limits.body);
    parser.header_limit(limits.header);
    stream.expires_after(limits.patience);
    const auto [trouble, size] = co_await http::async_read(stream, buffer, parser, kAwait);
    if (const unsigned status = status_of(trouble); status != 0) co_await send_away(stream, refusal(status));
    if (trouble) break;
    stream.expires_never();
    more = co_await answer(stream, parser.release());
  }
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

// False where the connection ends with this request.
Awaitable<bool> HttpServer::State::answer(beast::tcp_stream& stream, Message message) {
  const Asked asked = asked_by(message);
  const HttpCall call = call_of(std::move(message));
  HttpReply reply = co_await handler(call);
  if (reply.form == HttpReply::Form::Never) {
    char ignored = 0;
    (void)co_await stream.async_read_some(asio::buffer(&ignored, 1), kAwait);
    co_return false;
  }
  if (reply.form == HttpReply::Form::Lost) {
    // Without an interim reply a client may take it for a kept connection that had ended, and send again by itself
    // (RFC 9112 §9.3.1).
    constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)co_await asio::async_write(stream, asio::buffer(kInterim), kAwait);
    co_return false;
  }
  auto written = message_of(std::move(reply), asked);
  stream.expires_after(limits.patience);
  const auto [trouble, size] = co_await http::async_write(stream, written, kAwait);
  co_return !trouble && asked.keep_alive;
}

// Whatever else the client sends is read before the connection is closed: closing it over unread bytes resets it, and
// the reply may be lost on its way (RFC 9112 §9.6).
Awaitable<void> HttpServer::State::send_away(beast::tcp_stream& stream, std::string reply) {
  stream.expires_after(limits.patience);
  (void)co_await asio::async_write(stream, asio::buffer(reply), kAwait);
  boost::system::error_code trouble;
  stream.socket().shutdown(tcp::socket::shutdown_send, trouble);
  std::array<char, 4096> unread{};
  while (!trouble) {
    trouble = std::get<0>(co_await stream.async_read_some(asio::buffer(unread), kAwait));
  }
}

void HttpServer::State::close() {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (beast::tcp_stream* stream : streams) stream->socket().close(ignored);
}

std::string_view HttpCall::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() {
  if (state_) state_->close();
}

std::uint16_t HttpServer::port() const {
  boost::system::error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

Result<HttpServer> HttpServer::listen(asio::any_io_executor executor, std::uint16_t port, HttpHandler handler,
                                      RefuseConnection refuse, HttpLimits limits) {
  auto state = std::make_shared<State>(executor, std::move(handler), std::move(refuse), limits);
  if (auto opened = state->open(port); !opened) return fail(std::move(opened.error()));
  asio::co_spawn(executor, state->accept_all(state), asio::detached);
  return HttpServer(std::move(state));
}

}  // namespace signet::sandbox
