// The server side against a real socket pair; the client side is plain bytes.
#include "protocol/asio/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/channel.h"
#include "protocol/interfaces.h"

namespace signet::protocol {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto kLong = 20s;  // a deadline that a working test never meets

// What the handlers of the test saw; read after the loop has ended, or through the future.
struct Seen {
  std::atomic<int> pings = 0;
  std::promise<void> hanging;
  std::promise<std::string> hung;
  std::atomic<bool> send_failed = false;
};

// Apart, because GCC 12 cannot compile an initializer list within a coroutine.
json::Value object(std::string name, json::Value value) { return json::Object{{std::move(name), std::move(value)}}; }

Awaitable<Result<json::Value>> ping(Seen& seen, Call& call) {
  ++seen.pings;
  co_return std::move(call.parameters);
}

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

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() { start({}); }
  ~ServiceTest() override { stop(); }

  void start(const ConnectionLimits& limits) {
    stop();
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    client_ = std::make_unique<Channel>(UniqueFd(ends[0]));
    loop_ = std::make_unique<asio::io_context>();
    asio::co_spawn(*loop_, run(UniqueFd(ends[1]), limits), asio::detached);
    thread_ = std::thread([this] { loop_->run(); });
  }

  // Closes the client and waits until the server has seen it.
  void stop() {
    client_.reset();
    if (thread_.joinable()) thread_.join();
  }

  std::vector<Interface> interfaces() {
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

  Awaitable<void> run(UniqueFd socket, ConnectionLimits limits) {
    Connection connection(co_await asio::this_coro::executor, std::move(socket), limits);
    const std::vector<Interface> served = interfaces();
    const ServiceInfo info{.product = "test", .version = "1", .url = "u"};
    co_await serve(connection, info, served);
  }

  void write(std::string_view bytes) { ASSERT_TRUE(client_->send(bytes, Deadline::after(kLong))); }
  void call(std::string_view json) { write(std::string(json) + '\0'); }
  void half_close() { ASSERT_EQ(::shutdown(client_->fd(), SHUT_WR), 0); }

  // The next reply's text, or how the connection ended.
  std::string reply() {
    auto message = client_->receive(Deadline::after(kLong));
    if (!message) return std::string(error_name(message.error().code));
    return *message ? **message : "end";
  }

  Seen seen_;
  std::promise<UniqueFd> heir_;
  std::unique_ptr<Channel> client_;
  std::unique_ptr<asio::io_context> loop_;
  std::thread thread_;
};

TEST_F(ServiceTest, SaysWhatItIs) {
  call(R"({"method":"org.varlink.service.GetInfo"})");
  EXPECT_EQ(reply(), R"({"parameters":{"vendor":"signet","product":"test","version":"1","url":"u",)"
                     R"("interfaces":["org.varlink.service","org.test.A"]}})");
}

TEST_F(ServiceTest, DescribesItsInterfaces) {
  call(R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.test.A"}})");
  EXPECT_EQ(reply(), R"({"parameters":{"description":"interface org.test.A\n"}})");
  call(R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.varlink.service"}})");
  EXPECT_THAT(reply(), HasSubstr("interface org.varlink.service"));
}

TEST_F(ServiceTest, RefusesWhatItDoesNotKnowByName) {
  const std::array<std::array<const char*, 2>, 8> cases = {{
      {R"({"method":"org.test.B.Ping"})",
       R"({"error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"org.test.B"}})"},
      {R"({"method":"org.test.A.Pong"})",
       R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.test.A.Pong"}})"},
      {R"({"method":"org.varlink.service.Pong"})",
       R"({"error":"org.varlink.service.MethodNotFound","parameters":{"method":"org.varlink.service.Pong"}})"},
      {R"({"method":"org.varlink.service.GetInfo","parameters":{"x":1}})",
       R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"x"}})"},
      {R"({"method":"org.varlink.service.GetInterfaceDescription"})",
       R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"interface"}})"},
      {R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":7}})",
       R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"interface"}})"},
      {R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}})",
       R"({"error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"a.b"}})"},
      {R"({"method":"org.test.A.Ping","upgrade":true})",
       R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"upgrade"}})"},
  }};
  for (const auto& [question, answer] : cases) {
    call(question);
    EXPECT_EQ(reply(), answer);
  }
  EXPECT_EQ(seen_.pings, 0);
}

TEST_F(ServiceTest, GivesTheConnectionAwayAfterOneReply) {
  call(R"({"method":"org.test.A.Give","upgrade":true})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
  const UniqueFd socket = heir_.get_future().get();
  ASSERT_TRUE(socket);
  write("what the server never reads");
  std::array<char, 64> bytes{};
  ASSERT_EQ(::recv(socket.get(), bytes.data(), bytes.size(), 0), 27);
  EXPECT_EQ(std::string_view(bytes.data(), 27), "what the server never reads");
}

TEST_F(ServiceTest, RefusesAnUpgradeWithoutTheWord) {
  call(R"({"method":"org.test.A.Give"})");
  EXPECT_THAT(reply(), AllOf(HasSubstr("org.test.A.InvalidRequest"), HasSubstr("hands the connection over")));
  call(R"({"method":"org.test.A.Give","more":true})");
  EXPECT_THAT(reply(), HasSubstr("hands the connection over"));
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})") << "it is still Varlink";
}

TEST_F(ServiceTest, RefusesAnUpgradeThatIsFollowedByMoreAndEnds) {
  write(R"({"method":"org.test.A.Give","upgrade":true})"s + '\0' + "1234");
  EXPECT_THAT(reply(), AllOf(HasSubstr("org.test.A.InvalidRequest"), HasSubstr("was sent after the call")));
  EXPECT_EQ(reply(), "end");
}

TEST_F(ServiceTest, KeepsTheConnectionWhereAnUpgradeIsRefused) {
  call(R"({"method":"org.test.A.Keep","upgrade":true})");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.KeyNotFound"));
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
}

TEST_F(ServiceTest, AnswersACallSplitAtEachByte) {
  const std::string text = R"({"method":"org.test.A.Ping","parameters":{"x":"\u00e9"}})"s + '\0';
  for (std::size_t at = 0; at <= text.size(); ++at) {
    write(text.substr(0, at));
    write(text.substr(at));
    ASSERT_EQ(reply(), "{\"parameters\":{\"x\":\"\u00e9\"}}") << at;
  }
}

TEST_F(ServiceTest, AnswersPipelinedCallsInOrderAlsoAfterAHalfClose) {
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += R"({"method":"org.test.A.Ping","parameters":{"i":)" + std::to_string(i) + "}}" + '\0';
  }
  write(all + R"({"method":"org.test.A.Count","more":true})" + '\0');
  half_close();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(reply(), R"({"parameters":{"i":)" + std::to_string(i) + "}}");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(reply(), R"({"parameters":{"i":)" + std::to_string(i) + R"(},"continues":true})");
  }
  EXPECT_EQ(reply(), R"({"parameters":{"i":3}})");
  EXPECT_EQ(reply(), "end");
}

TEST_F(ServiceTest, AnswersOnceWhereTheCallDoesNotAskForMore) {
  call(R"({"method":"org.test.A.Count"})");
  EXPECT_EQ(reply(), R"({"parameters":{"i":3}})");
  call(R"({"method":"org.test.A.Ping","more":true})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
}

TEST_F(ServiceTest, NeitherDoesNorAnswersAOnewayCall) {
  call(R"({"method":"org.test.A.Ping","oneway":true})");
  call(R"({"method":"org.test.A.Ping","oneway":true,"more":true})");
  call(R"({"method":"org.test.A.Fail","oneway":true})");
  call(R"({"method":"org.test.Unknown.X","oneway":true})");
  call(R"({"method":"org.varlink.service.GetInfo","oneway":true})");
  call(R"({"method":"org.test.A.Ping","parameters":{"last":true}})");
  EXPECT_EQ(reply(), R"({"parameters":{"last":true}})");
  EXPECT_EQ(seen_.pings, 1);
}

TEST_F(ServiceTest, CarriesAnErrorAndGoesOn) {
  call(R"({"method":"org.test.A.Fail"})");
  EXPECT_EQ(reply(), R"({"error":"org.test.A.KeyNotFound","parameters":{"what":"no key","remedy":"look"}})");
  call(R"({"method":"org.test.A.Throw"})");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.Bug"));
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
}

TEST_F(ServiceTest, NamesAnAnswerThatIsTooLong) {
  call(R"({"method":"org.test.A.Huge"})");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.LimitExceeded"));
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
}

TEST_F(ServiceTest, SaysWhyAMessageIsNoCallAndEndsTheConnection) {
  for (const std::string& bad :
       {""s, "[]"s, R"({"method":7})"s, R"({"method":"org.test.A.Ping","parameters":[]})"s, "{\"method\":\"\xff\"}"s}) {
    start({});
    call(bad);
    EXPECT_THAT(reply(), HasSubstr("org.test.A.InvalidRequest")) << bad;
    EXPECT_EQ(reply(), "end") << bad;
  }
  start({});
  call(R"({"method":"a.b.C","parameters":{"x":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}}");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.LimitExceeded"));
  EXPECT_EQ(reply(), "end");
}

TEST_F(ServiceTest, RefusesAMessageOverTheLimit) {
  // The server stops reading in the middle: the rest may meet a closed connection.
  (void)client_->send(std::string(kMaxMessage + 1, 'x'), Deadline::after(kLong));
  EXPECT_THAT(reply(), HasSubstr("longer than 4194304 bytes"));
}

TEST_F(ServiceTest, CutsOffAMessageThatDoesNotEnd) {
  start({.message_time = 50ms});
  write("{");
  EXPECT_THAT(reply(), HasSubstr("org.test.A.Deadline"));
  EXPECT_EQ(reply(), "end");
}

TEST_F(ServiceTest, WaitsLongerThanTheMessageTimeForAFirstByte) {
  start({.message_time = 20ms});
  pollfd ended{.fd = client_->fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 200), 0) << "the server closed an idle connection";
  call(R"({"method":"org.test.A.Ping"})");
  EXPECT_EQ(reply(), R"({"parameters":{}})");
}

TEST_F(ServiceTest, CancelsTheHandlerWhenThePeerClosesBothDirections) {
  call(R"({"method":"org.test.A.Hang"})");
  auto hung = seen_.hung.get_future();
  ASSERT_EQ(seen_.hanging.get_future().wait_for(kLong), std::future_status::ready);
  client_.reset();
  ASSERT_EQ(hung.wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(hung.get(), "Operation canceled");
}

TEST_F(ServiceTest, CancelsTheHandlerOfAPeerThatClosesWithUnreadAnswersAndUnansweredCalls) {
  call(R"({"method":"org.test.A.Ping"})");
  call(R"({"method":"org.test.A.Hang"})");
  call(R"({"method":"org.test.A.Ping"})");
  auto hung = seen_.hung.get_future();
  ASSERT_EQ(seen_.hanging.get_future().wait_for(kLong), std::future_status::ready);
  client_.reset();
  ASSERT_EQ(hung.wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(hung.get(), "Operation canceled");
  stop();
  EXPECT_EQ(seen_.pings, 1);
}

TEST_F(ServiceTest, GoesOnWithTheHandlerAfterAHalfClose) {
  call(R"({"method":"org.test.A.Hang"})");
  half_close();
  auto hung = seen_.hung.get_future();
  ASSERT_EQ(seen_.hanging.get_future().wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(hung.wait_for(200ms), std::future_status::timeout) << "a half-close cancelled the request";
  ASSERT_EQ(::shutdown(client_->fd(), SHUT_RD), 0);  // now both directions
  ASSERT_EQ(hung.wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(hung.get(), "Operation canceled");
}

TEST_F(ServiceTest, GivesUpAPeerThatNeverReads) {
  start({.write_time = 50ms, .write_buffer = 100'000});
  call(R"({"method":"org.test.A.Flood","more":true})");
  if (thread_.joinable()) thread_.join();  // the server ends by itself
  EXPECT_TRUE(seen_.send_failed);
}

TEST_F(ServiceTest, ServesAPeerThatReadsLate) {
  call(R"({"method":"org.test.A.Flood","more":true})");
  int replies = 0;
  std::string last;
  do {
    last = reply();
    ++replies;
  } while (last.ends_with("\"continues\":true}"));
  EXPECT_EQ(replies, 10'001);
  EXPECT_EQ(last, R"({"parameters":{}})");
}

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
