#include "sigstore/services/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "sandbox/http_server.h"
#include "tests/unit/services/awaited.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using sandbox::HttpCall;
using sandbox::HttpReply;
using sandbox::HttpServer;
using testing::HasSubstr;
using testing::Not;

HttpReply long_header() {
  HttpReply reply;
  for (int i = 0; i < 80; ++i) reply.headers.emplace_back("X-" + std::to_string(i), std::string(1024, 'x'));
  return reply;
}

/// A server whose paths do one thing each, and the transport beside it on the same loop.
class Transport : public testing::Test {
 protected:
  Transport() : transport_(make_curl_transport(loop_.get_executor())) { listen(0); }

  void listen(std::uint16_t port) {
    auto server = HttpServer::listen(loop_.get_executor(), port,
                                     [this](const HttpCall& call) -> Awaitable<HttpReply> { co_return answer(call); });
    if (!server) std::abort();
    server_.emplace(std::move(*server));
  }

  HttpReply answer(const HttpCall& call) {
    ++calls_[call.path];
    last_ = call;
    if (call.path == "/hang") return {.form = HttpReply::Form::Never};
    if (call.path == "/lost") return {.form = HttpReply::Form::Lost};
    if (call.path == "/redirect") return {.status = 302, .headers = {{"Location", "/elsewhere"}}};
    if (call.path == "/header") return long_header();
    if (call.path == "/index") return {.status = 409, .headers = {{"X-Log-Index", " 7 "}}};
    return {.body = call.path == "/long" ? std::string(1000, 'x') : call.body};
  }

  HttpRequest request(std::string_view path) const {
    HttpRequest made;
    made.url = "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(path);
    return made;
  }
  Result<HttpResponse> send(HttpRequest what, Deadline deadline = Deadline::after(20s)) {
    return test::await_on(loop_, transport_->send(std::move(what), deadline));
  }
  Result<HttpResponse> get(std::string_view path) { return send(request(path)); }

  asio::io_context loop_{1};
  std::optional<HttpServer> server_;
  std::unique_ptr<HttpTransport> transport_;
  std::map<std::string, int> calls_;
  HttpCall last_;
};

void expect_error(const Result<HttpResponse>& response, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, code) << response.error().sentence();
  EXPECT_THAT(response.error().what, HasSubstr(std::string(part)));
}

TEST_F(Transport, SendsMethodHeadersAndBody) {
  HttpRequest post = request("/echo");
  post.method = "POST";
  post.headers.emplace_back("Content-Type", "application/test");
  post.body = to_bytes(std::string_view("\0binary\xff", 8));
  const auto response = send(std::move(post));
  ASSERT_TRUE(response.has_value()) << response.error().sentence();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(text_of(response->body), std::string_view("\0binary\xff", 8));
  EXPECT_EQ(last_.method, "POST");
  EXPECT_EQ(last_.header("content-type"), "application/test");
  EXPECT_EQ(last_.header("expect"), "");
  EXPECT_THAT(std::string(last_.header("user-agent")), HasSubstr("signet/"));
}

TEST_F(Transport, YieldsEveryStatusWithItsHeaders) {
  const auto response = get("/index");
  ASSERT_TRUE(response.has_value()) << response.error().sentence();
  EXPECT_EQ(response->status, 409);
  EXPECT_EQ(response->header("x-log-index"), "7");
  EXPECT_EQ(response->header("x-other"), "");
}

TEST_F(Transport, FollowsNoRedirect) {
  const auto response = get("/redirect");
  ASSERT_TRUE(response.has_value()) << response.error().sentence();
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(calls_["/elsewhere"], 0);
}

TEST_F(Transport, GivesUpAtTheDeadline) {
  expect_error(send(request("/hang"), Deadline::after(100ms)), ErrorCode::Deadline, "127.0.0.1 did not answer in time");
  EXPECT_TRUE(get("/echo").has_value());
}

TEST_F(Transport, EndsWhenItIsCancelled) {
  asio::cancellation_signal cancel;
  asio::co_spawn(
      loop_,
      [&]() -> Awaitable<void> {
        while (calls_["/hang"] == 0) co_await asio::post(loop_, asio::use_awaitable);
        cancel.emit(asio::cancellation_type::terminal);
      },
      asio::detached);
  const auto response = test::await_on(loop_, transport_->send(request("/hang"), Deadline::after(20s)), &cancel);
  expect_error(response, ErrorCode::Cancelled, "cancelled");
  EXPECT_TRUE(get("/echo").has_value());
}

TEST_F(Transport, RefusesAReplyThatIsTooLong) {
  HttpRequest just_fits = request("/long");
  just_fits.max_reply = 1000;
  EXPECT_TRUE(send(std::move(just_fits)).has_value());
  HttpRequest too_long = request("/long");
  too_long.max_reply = 999;
  expect_error(send(std::move(too_long)), ErrorCode::LimitExceeded, "longer than 999 bytes");
}

TEST_F(Transport, RefusesAHeaderThatIsTooLong) { expect_error(get("/header"), ErrorCode::LimitExceeded, "its header"); }

TEST_F(Transport, SaysThatNobodyListens) {
  HttpRequest lost = request("/echo");
  server_.reset();
  expect_error(send(std::move(lost)), ErrorCode::IssuerUnavailable, "no answer from 127.0.0.1");
}

TEST_F(Transport, SaysThatTheConnectionBroke) {
  expect_error(get("/lost"), ErrorCode::IssuerUnavailable, "no answer from 127.0.0.1");
  EXPECT_EQ(calls_["/lost"], 1) << "what may have been done is not asked for again";
}

TEST_F(Transport, ReplacesAKeptConnectionThatHasEnded) {
  ASSERT_TRUE(get("/echo").has_value());
  const std::uint16_t port = server_->port();
  server_.reset();
  listen(port);
  const auto response = get("/echo");
  EXPECT_TRUE(response.has_value()) << response.error().sentence();
}

TEST_F(Transport, CarriesMoreRequestsAtOnceThanItHasConnections) {
  constexpr int kMany = 50;
  int answered = 0;
  const auto one = [&]() -> Awaitable<void> {
    const auto response = co_await transport_->send(request("/echo"), Deadline::after(20s));
    if (response) ++answered;
    if (answered == kMany) loop_.stop();
  };
  for (int i = 0; i < kMany; ++i) asio::co_spawn(loop_, one, asio::detached);
  loop_.run_for(60s);
  EXPECT_EQ(answered, kMany);
}

TEST_F(Transport, AsksNoProxyForThisMachine) {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, "http://127.0.0.1:1", 1);
  }
  const auto response = get("/echo");
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  EXPECT_TRUE(response.has_value()) << response.error().sentence();
}

TEST_F(Transport, RefusesHeadersWithLineEnds) {
  for (const std::string& value : {std::string("a\r\nX: b"), std::string("a\nb"), std::string("a\0b", 3)}) {
    HttpRequest broken = request("/echo");
    broken.headers.emplace_back("X-Value", value);
    expect_error(send(std::move(broken)), ErrorCode::InvalidRequest, "malformed header");
  }
  EXPECT_EQ(calls_["/echo"], 0);
}

TEST_F(Transport, RefusesUrlsThatAreNotAllowed) {
  HttpRequest elsewhere;
  elsewhere.url = "http://localhost:1/";
  expect_error(send(std::move(elsewhere)), ErrorCode::InvalidRequest, "not allowed");
}

TEST_F(Transport, SpeaksTlsWhereTheUrlSaysHttps) {
  HttpRequest secure = request("/echo");
  secure.url.insert(4, "s");
  expect_error(send(std::move(secure)), ErrorCode::IssuerUnavailable, "no answer from 127.0.0.1");
  EXPECT_EQ(calls_["/echo"], 0);
}

/// Accepts one connection and writes a text into it, whatever it is asked.
Awaitable<void> say(asio::ip::tcp::acceptor& acceptor, std::string_view text) {
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
  char byte = 0;
  boost::system::error_code ignored;
  co_await socket.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
  socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

class BrokenReply : public Transport, public testing::WithParamInterface<std::string_view> {};

TEST_P(BrokenReply, IsNoAnswerAndIsNotQuoted) {
  asio::ip::tcp::acceptor acceptor(loop_, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(loop_, say(acceptor, GetParam()), asio::detached);
  HttpRequest asked;
  asked.url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  const auto response = send(std::move(asked));
  expect_error(response, ErrorCode::IssuerUnavailable, "no answer from 127.0.0.1");
  EXPECT_THAT(response.error().what, Not(HasSubstr("hidden")));
}

INSTANTIATE_TEST_SUITE_P(Transport, BrokenReply,
                         testing::Values("hidden\r\n\r\n", "SSH-2.0-hidden\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: hidden\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhidden",
                                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhidden\r\n"));

}  // namespace
}  // namespace signet::sigstore
