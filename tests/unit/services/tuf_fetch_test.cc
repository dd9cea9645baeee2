#include "sigstore/services/tuf_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "sandbox/http_server.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
using sandbox::HttpCall;
using sandbox::HttpReply;
using sandbox::HttpServer;
using test::expect_refusal;

/// A server on a thread of its own: what is tested waits in this one.
class TufFetch : public testing::Test {
 protected:
  TufFetch() {
    auto server = HttpServer::listen(loop_.get_executor(), 0,
                                     [](const HttpCall& call) -> Awaitable<HttpReply> { co_return answer(call); });
    if (!server) std::abort();
    server_.emplace(std::move(*server));
    url_ = "http://127.0.0.1:" + std::to_string(server_->port());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~TufFetch() override {
    loop_.stop();
    thread_.join();
  }

  static HttpReply answer(const HttpCall& call) {
    if (call.path == "/file") return {.body = "ten bytes!"};
    if (call.path == "/403") return {.status = 403};
    if (call.path == "/500") return {.status = 500};
    if (call.path == "/302") return {.status = 302, .headers = {{"location", "/file"}}};
    if (call.path == "/hang") return {.form = HttpReply::Form::Never};
    if (call.path == "/lost") return {.form = HttpReply::Form::Lost};
    return {.status = 404};
  }

  [[nodiscard]] Result<std::optional<std::string>> get(const std::string& path, std::size_t limit = 100,
                                                       std::chrono::milliseconds time = 30s) const {
    return fetch_over_http(time, 60s)(url_ + path, limit);
  }

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::optional<HttpServer> server_;
  std::string url_;
  std::thread thread_;
};

TEST_F(TufFetch, GetsAFileAndTheNextOne) {
  const auto fetch = fetch_over_http(30s, 60s);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fetch(url_ + "/file", 10).value(), "ten bytes!");
}

TEST_F(TufFetch, TellsWhatIsNotThereFromWhatFails) {
  EXPECT_EQ(get("/none").value(), std::nullopt);
  EXPECT_EQ(get("/403").value(), std::nullopt);
  expect_refusal(get("/500"), ErrorCode::RepositoryUnavailable, "the TUF repository");
  expect_refusal(get("/lost"), ErrorCode::RepositoryUnavailable, "no answer from 127.0.0.1");
}

TEST_F(TufFetch, ReadsNoMoreThanItsLimit) {
  expect_refusal(get("/file", 9), ErrorCode::NotVerified, "longer than 9 bytes");
  EXPECT_TRUE(get("/file", 10));
}

TEST_F(TufFetch, FollowsNoRedirect) { expect_refusal(get("/302"), ErrorCode::RepositoryUnavailable, "302"); }

TEST_F(TufFetch, GivesUpWhenItsTimeIsOver) {
  expect_refusal(get("/hang", 100, 50ms), ErrorCode::RepositoryUnavailable, "did not answer in time");
}

// A file that answers in time does not give the next one more.
TEST_F(TufFetch, GivesUpWhenTheTimeOfAllFilesIsOver) {
  const auto fetch = fetch_over_http(30s, 400ms);
  ASSERT_EQ(fetch(url_ + "/file", 10).value(), "ten bytes!");
  expect_refusal(fetch(url_ + "/hang", 10), ErrorCode::RepositoryUnavailable, "the TUF repository is too slow");
  const auto after = fetch(url_ + "/file", 10);
  expect_refusal(after, ErrorCode::RepositoryUnavailable, "was over at " + url_ + "/file");
  EXPECT_EQ(after.error().remedy, "try again later: what was received is kept");
}

TEST_F(TufFetch, GoesNowhereInPlainTextButToThisMachine) {
  expect_refusal(fetch_over_http(1s, 60s)("http://example.org/timestamp.json", 10), ErrorCode::InvalidRequest,
                 "neither https nor loopback");
  expect_refusal(fetch_over_http(1s, 60s)("file:///etc/passwd", 10), ErrorCode::InvalidRequest, "not allowed");
}

}  // namespace
}  // namespace signet::sigstore
