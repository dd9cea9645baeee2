// The server side where there is more to do than room: large messages, and many connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "tests/unit/protocol/service_fixture.h"

namespace signet::protocol {
namespace {

namespace asio = boost::asio;
using namespace std::string_literals;
using testing::HasSubstr;

// Room for so many messages at a time; who does not get it waits.
struct Lending {
  explicit Lending(std::size_t all) : free(all) {}
  std::size_t free;
  std::vector<std::size_t> kept;

  class Lent final : public Room {
   public:
    explicit Lent(Lending& from) : from_(from) { --from_.free; }
    ~Lent() override { ++from_.free; }
    void keep(std::size_t bytes) override { from_.kept.push_back(bytes); }

   private:
    Lending& from_;
  };
  TakeRoom taker() {
    return [this](Deadline) -> Awaitable<Result<std::unique_ptr<Room>>> {
      if (free == 0) co_return fail(ErrorCode::RateLimited, "no room", "later");
      co_return std::make_unique<Lent>(*this);
    };
  }
};

TEST_F(ServiceTest, AsksForRoomForALargeMessageAndGivesItBackWhenItIsAnswered) {
  Lending lending(1);
  start({.take_room = lending.taker()});
  const std::string large(kFreeMessage, 'x');
  for (int i = 0; i < 3; ++i) {
    call(R"({"method":"org.test.A.Ping","parameters":{"x":")" + large + "\"}}");
    EXPECT_EQ(reply(), R"({"parameters":{"x":")" + large + "\"}}");
  }
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
  stop();
  EXPECT_EQ(lending.free, 1U);
  EXPECT_THAT(lending.kept, testing::SizeIs(3)) << "a small message needs none";
}

TEST_F(ServiceTest, SaysThatThereIsNoRoomForALargeMessageAndServesSmallOnes) {
  Lending lending(0);
  start({.take_room = lending.taker()});
  call(R"({"method":"org.test.A.Ping","parameters":{"x":")" + std::string(kFreeMessage - 100, 'x') + "\"}}");
  EXPECT_THAT(reply(), HasSubstr("parameters"));
  call(R"({"method":"org.test.A.Ping","parameters":{"x":")" + std::string(kFreeMessage, 'x') + "\"}}");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.RateLimited"));
  EXPECT_THAT(reply(), testing::AnyOf("end", "Cancelled")) << "the rest of the message was not read";
  stop();
}

TEST_F(ServiceTest, ReadsLargeAndSmallMessagesThatComeInOneStream) {
  Lending lending(1);
  start({.take_room = lending.taker()});
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += R"({"method":"org.test.A.Ping","parameters":{"x":")" + std::string(i % 2 == 0 ? 10 : 100'000, 'x') + "\"}}" +
           '\0';
  }
  std::thread writer([this, &all] { write(all); });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(reply().size(), (i % 2 == 0 ? 10U : 100'000U) + 23U) << i;
  writer.join();
  stop();  // the lender goes before the fixture does
}

std::vector<Interface> ping_alone(Seen& seen) {
  Interface test{.name = "org.test.A", .description = "interface org.test.A\n", .methods = {}};
  test.methods["Ping"] = [&seen](Call& call, SendMore) { return ping(seen, call); };
  return {std::move(test)};
}

Awaitable<void> serve_pings(UniqueFd socket, Seen& seen) {
  Connection connection(co_await asio::this_coro::executor, std::move(socket));
  const std::vector<Interface> served = ping_alone(seen);
  const ServiceInfo info{.product = "test", .version = "1", .url = "u"};
  co_await serve(connection, info, served);
}

// Each connection has asked and waits before the first answer is read: none is lost and none gets another's.
Awaitable<Result<json::Value>> note_who(std::vector<std::string>& order, Call& call) {
  order.push_back(*call.parameters.as_object()->find("who")->as_string());
  co_return json::Value(json::Object{});
}

Awaitable<void> serve_in_order(UniqueFd socket, std::vector<std::string>& order) {
  Connection connection(co_await asio::this_coro::executor, std::move(socket));
  std::vector<Interface> served(1);
  served[0].name = "org.test.A";
  served[0].methods["Ping"] = [&order](Call& call, SendMore) { return note_who(order, call); };
  const ServiceInfo info{.product = "test", .version = "1", .url = "u"};
  co_await serve(connection, info, served);
}

// One end of a connection whose client has said all that it wants to say.
UniqueFd said(const std::string& text) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  static std::vector<UniqueFd> clients;
  clients.emplace_back(ends[0]);
  if (::send(ends[0], text.data(), text.size(), MSG_NOSIGNAL) != std::ssize(text)) std::abort();
  ::shutdown(ends[0], SHUT_WR);
  return UniqueFd(ends[1]);
}

// What nobody answers costs no wait: without turns its sender would keep the loop for as long as he has something to
// say.
TEST(Service, GivesEverybodyATurnWhileOnePeerSendsWithoutAPause) {
  std::string flood;
  for (int i = 0; i < 500; ++i) flood += R"({"method":"org.test.A.Ping","oneway":true})" + "\0"s;
  std::vector<std::string> order;
  asio::io_context loop;
  asio::co_spawn(
      loop,
      serve_in_order(said(flood + R"({"method":"org.test.A.Ping","parameters":{"who":"flooder"}})" + "\0"s), order),
      asio::detached);
  asio::co_spawn(loop,
                 serve_in_order(said(R"({"method":"org.test.A.Ping","parameters":{"who":"guest"}})" + "\0"s), order),
                 asio::detached);
  loop.run();
  EXPECT_THAT(order, testing::ElementsAre("guest", "flooder"));
}

TEST(Service, AnswersFiveHundredConnectionsAtOnce) {
  constexpr rlim_t kDescriptors = 2048;
  rlimit open_files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &open_files), 0);
  ASSERT_GE(open_files.rlim_max, kDescriptors);
  open_files.rlim_cur = std::max(open_files.rlim_cur, kDescriptors);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &open_files), 0);
  Seen seen;
  std::vector<Channel> clients;
  asio::io_context loop;
  for (int i = 0; i < 500; ++i) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    clients.emplace_back(UniqueFd(ends[0]));
    asio::co_spawn(loop, serve_pings(UniqueFd(ends[1]), seen), asio::detached);
  }
  std::thread thread([&loop] { loop.run(); });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const json::Value parameters = object("i", static_cast<std::int64_t>(i));
    EXPECT_TRUE(
        clients[i].send(encode_call({.method = "org.test.A.Ping", .parameters = parameters}), Deadline::after(kLong)));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto reply = clients[i].receive(Deadline::after(kLong));
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ(**reply, R"({"parameters":{"i":)" + std::to_string(i) + "}}");
  }
  clients.clear();
  thread.join();
  EXPECT_EQ(seen.pings, 500);
}

}  // namespace
}  // namespace signet::protocol
