#include "sandbox/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <optional>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "common/random.h"
#include "common/unique_fd.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

sockaddr_in address_of(std::uint16_t port, in_addr_t host = htonl(INADDR_LOOPBACK)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = host;
  return address;
}

/// A client that sends what it likes.
class Wire {
 public:
  explicit Wire(std::uint16_t port, in_addr_t host = htonl(INADDR_LOOPBACK))
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto address = address_of(port, host);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has had enough
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end() const { ::shutdown(fd_.get(), SHUT_WR); }

  /// Everything until the server closes; nothing when it does not.
  [[nodiscard]] std::optional<std::string> rest() const {
    std::string all;
    for (;;) {
      char buffer[4096];
      const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (got == 0) return all;
      if (got < 0) return errno == ECONNRESET ? std::optional(all) : std::nullopt;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  UniqueFd fd_;
  bool connected_ = false;
};

/// A server that says what it was asked, in a thread of its own.
class SandboxHttp : public testing::Test {
 protected:
  ~SandboxHttp() override { stop(); }

  void start(const HttpLimits& limits = {}) {
    auto server = HttpServer::listen(
        loop_.get_executor(), 0, [](const HttpCall& call) -> Awaitable<HttpReply> { co_return answer(call); },
        [this] { return refuses_.load(); }, limits);
    ASSERT_TRUE(server.has_value()) << server.error().sentence();
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] { loop_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] { server_.reset(); });  // then nothing is left to wait for
    thread_.join();
  }

  static HttpReply answer(const HttpCall& call) {
    if (call.path == "/lost") return {.form = HttpReply::Form::Lost};
    if (call.path == "/never") return {.form = HttpReply::Form::Never};
    return {.body = call.method + " " + call.path + " ? " + call.query + " " + std::string(call.header("x-one")) + " " +
                    call.body,
            .headers = {{"X-Two", "2"}}};
  }

  [[nodiscard]] Wire connect() const { return Wire(server_->port()); }
  /// One request on a connection of its own.
  [[nodiscard]] std::string exchange(std::string_view request) const {
    const Wire wire = connect();
    wire.send(request);
    wire.end();
    return wire.rest().value_or("no end");
  }
  void expect_alive() const {
    EXPECT_THAT(exchange("GET /alive HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("GET /alive"));
  }

  boost::asio::io_context loop_{1};
  std::optional<HttpServer> server_;
  std::thread thread_;
  std::atomic<bool> refuses_ = false;
};

TEST_F(SandboxHttp, HandsOnMethodPathQueryHeadersAndBody) {
  start();
  const std::string reply = exchange("POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-ONE: 1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("X-Two: 2\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\nPOST /a/b ? c=d 1 body"));
}

TEST_F(SandboxHttp, AnswersRequestsOnOneConnectionInTurn) {
  start();
  const std::string reply = exchange("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(reply.find("GET /1"), reply.find("GET /2"));
  EXPECT_THAT(reply, HasSubstr("GET /2"));
}

TEST_F(SandboxHttp, AnswersHeadWithoutABody) {
  start();
  const std::string reply = exchange("HEAD /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, HasSubstr("Content-Length: 12\r\n"));
  EXPECT_TRUE(reply.ends_with("\r\n\r\n"));
}

TEST_F(SandboxHttp, ListensOnLoopbackAlone) {
  start();
  ASSERT_TRUE(connect().connected());
  ifaddrs* all = nullptr;
  ASSERT_EQ(::getifaddrs(&all), 0);
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    const in_addr_t host = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr.s_addr;
    if (host == htonl(INADDR_LOOPBACK)) continue;
    EXPECT_FALSE(Wire(server_->port(), host).connected()) << one->ifa_name;
  }
  ::freeifaddrs(all);
  EXPECT_FALSE(Wire(server_->port(), htonl(INADDR_LOOPBACK + 1)).connected()) << "127.0.0.2";
}

TEST_F(SandboxHttp, SurvivesGarbage) {
  start();
  EXPECT_THAT(exchange("garbage\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange(std::string_view("\x16\x03\x01\0\0\0\r\n", 8)), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /1 HTTP/1.1\r\nContent-Length: many\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(exchange("GET /1 HT"), "") << "cut off";
  EXPECT_EQ(exchange(""), "");
  for (int i = 0; i < 50; ++i) {
    const Bytes noise = random_bytes(1 + 97U * static_cast<unsigned>(i));
    EXPECT_NE(exchange(text_of(noise)), "no end");
  }
  expect_alive();
}

TEST_F(SandboxHttp, RefusesABodyBeyondItsLimit) {
  start({.body = 1000});
  const std::string head = "POST /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ";
  EXPECT_THAT(exchange(head + "1000\r\n\r\n" + std::string(1000, 'x')), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange(head + "1001\r\n\r\n" + std::string(1001, 'x')), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange(head + "1000000\r\n\r\n" + std::string(1000000, 'x')), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                       "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  expect_alive();
}

TEST_F(SandboxHttp, RefusesHeadersBeyondTheirLimit) {
  start({.header = 1000});
  const std::string head = "GET /1 HTTP/1.1\r\nConnection: close\r\nX-One: ";
  EXPECT_THAT(exchange(head + std::string(800, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange(head + std::string(1200, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  expect_alive();
}

TEST_F(SandboxHttp, WaitsForARequestOnlySoLong) {
  start({.patience = std::chrono::milliseconds(50)});
  const Wire nothing = connect();
  EXPECT_EQ(nothing.rest(), "") << "closed although this client does not end";
  const Wire half = connect();
  half.send("GET /1 HT");
  EXPECT_EQ(half.rest(), "");
}

TEST_F(SandboxHttp, ClosesTheConnectionThatIsOneTooMany) {
  start({.connections = 2});
  std::optional<Wire> first(connect());
  first->send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  const Wire second = connect();
  second.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(connect().rest(), "");
  first.reset();
  std::string reply;
  while (reply.empty()) {  // until the server has seen that the first is gone
    reply = exchange("GET /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  EXPECT_THAT(reply, HasSubstr("GET /1"));
}

TEST_F(SandboxHttp, ClosesWhatItRefusesUnheard) {
  start();
  refuses_ = true;
  EXPECT_EQ(exchange("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  refuses_ = false;
  expect_alive();
}

TEST_F(SandboxHttp, LosesAReplyAfterAnInterimOne) {
  start();
  EXPECT_EQ(exchange("GET /lost HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(SandboxHttp, NeverRepliesForAsLongAsTheClientWaits) {
  start({.patience = std::chrono::milliseconds(50)});
  const Wire wire = connect();
  wire.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  expect_alive();
  wire.end();
  EXPECT_EQ(wire.rest(), "");
}

TEST_F(SandboxHttp, ClosesEverythingWhenItGoes) {
  start();
  const Wire hanging = connect();
  hanging.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  expect_alive();
  const std::uint16_t port = server_->port();
  stop();
  EXPECT_EQ(hanging.rest(), "");
  EXPECT_FALSE(Wire(port).connected());
}

TEST_F(SandboxHttp, NamesThePortThatIsTaken) {
  start();
  const auto second = HttpServer::listen(loop_.get_executor(), server_->port(),
                                         [](const HttpCall&) -> Awaitable<HttpReply> { co_return HttpReply(); });
  test::expect_refusal(second, ErrorCode::InvalidRequest, "127.0.0.1:" + std::to_string(server_->port()));
  EXPECT_THAT(second.error().remedy, HasSubstr("ports.json"));
}

}  // namespace
}  // namespace signet::sandbox
