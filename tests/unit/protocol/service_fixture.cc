#include "tests/unit/protocol/service_fixture.h"

#include <sys/socket.h>

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signet::protocol {

namespace asio = boost::asio;

json::Value object(std::string name, json::Value value) { return json::Object{{std::move(name), std::move(value)}}; }

Awaitable<Result<json::Value>> ping(Seen& seen, Call& call) {
  ++seen.pings;
  co_return std::move(call.parameters);
}

namespace {

Awaitable<Result<json::Value>> count(Call& call, SendMore more) {
  (void)call;
  for (int i = 0; i < 3; ++i) {
    if (auto sent = co_await more(object("i", i)); !sent) co_return fail(std::move(sent.error()));
  }
  co_return object("i", 3);
}

Awaitable<Result<json::Value>> hang(Seen& seen) {
  asio::steady_timer timer(co_await asio::this_coro::executor, kLong);
  seen.hanging.set_value();
  const auto [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  seen.hung.set_value(ec ? ec.message() : "ran to its end");
  co_return fail(ErrorCode::Cancelled, "cancelled");
}

Awaitable<Result<json::Value>> flood(Seen& seen, SendMore more) {
  for (int i = 0; i < 10'000; ++i) {
    auto sent = co_await more(object("filler", std::string(16'000, 'x')));
    if (!sent) {
      seen.send_failed = sent.error().code == ErrorCode::Deadline;
      co_return fail(std::move(sent.error()));
    }
  }
  co_return json::Value(json::Object{});
}

}  // namespace

void ServiceTest::start(const ConnectionLimits& limits) {
  stop();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  client_ = std::make_unique<Channel>(UniqueFd(ends[0]));
  loop_ = std::make_unique<asio::io_context>();
  asio::co_spawn(*loop_, run(UniqueFd(ends[1]), limits), asio::detached);
  thread_ = std::thread([this] { loop_->run(); });
}

void ServiceTest::stop() {
  client_.reset();
  if (thread_.joinable()) thread_.join();
}

std::vector<Interface> ServiceTest::interfaces() {
  Interface test{.name = "org.test.A", .description = "interface org.test.A\n", .methods = {}};
  test.methods["Ping"] = [this](Call& call, SendMore) { return ping(seen_, call); };
  test.methods["Count"] = [](Call& call, SendMore more) { return count(call, std::move(more)); };
  test.methods["Hang"] = [this](Call&, SendMore) { return hang(seen_); };
  test.methods["Flood"] = [this](Call&, SendMore more) { return flood(seen_, std::move(more)); };
  test.methods["Fail"] = [](Call&, SendMore) -> Awaitable<Result<json::Value>> {
    co_return fail(ErrorCode::KeyNotFound, "no key", "look");
  };
  test.methods["Throw"] = [](Call&, SendMore) -> Awaitable<Result<json::Value>> {
    throw std::runtime_error("thrown");
    co_return json::Value();
  };
  test.methods["Huge"] = [](Call&, SendMore) -> Awaitable<Result<json::Value>> {
    co_return object("x", std::string(kMaxMessage, 'x'));
  };
  test.upgrades["Give"] = [this](Call&) -> Awaitable<Result<Heir>> {
    co_return Heir([this](UniqueFd socket) { heir_.set_value(std::move(socket)); });
  };
  test.upgrades["Keep"] = [](Call&) -> Awaitable<Result<Heir>> {
    co_return fail(ErrorCode::KeyNotFound, "no token", "look");
  };
  return {std::move(test)};
}

Awaitable<void> ServiceTest::run(UniqueFd socket, ConnectionLimits limits) {
  Connection connection(co_await asio::this_coro::executor, std::move(socket), limits);
  const std::vector<Interface> served = interfaces();
  const ServiceInfo info{.product = "test", .version = "1", .url = "u"};
  co_await serve(connection, info, served);
}

void ServiceTest::write(std::string_view bytes) { ASSERT_TRUE(client_->send(bytes, Deadline::after(kLong))); }

void ServiceTest::half_close() { ASSERT_EQ(::shutdown(client_->fd(), SHUT_WR), 0); }

std::string ServiceTest::reply() {
  auto message = client_->receive(Deadline::after(kLong));
  if (!message) return std::string(error_name(message.error().code));
  return *message ? **message : "end";
}

}  // namespace signet::protocol
