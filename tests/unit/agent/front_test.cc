// Door and methods from a client's side of a real socket: who is let in, who is heard, and what each method refuses.
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <thread>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "agent/front/door.h"
#include "agent/front/methods.h"
#include "agent/front/varlink_speech.h"
#include "agent/store/socket_file.h"
#include "protocol/channel.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using protocol::Channel;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;

class Front : public AgentParts {
 protected:
  Front()
      : socket_(SocketFile::listen(folder_ / "agent.sock", 16)),
        methods_({.executor = loop_.get_executor(),
                  .configuration = configuration_,
                  .policy = *policy_,
                  .audit = *audit_,
                  .tokens = *tokens_,
                  .logins = logins_,
                  .certificates = *certificates_,
                  .places = places_,
                  .flow = *flow_,
                  .key_check = key_check_,
                  .ssh = nullptr}) {}
  ~Front() override { EXPECT_TRUE(close()); }

  void open(Door::Limits limits = {}) {
    strangers_.emplace(loop_.get_executor(), *policy_, *audit_, [](const std::string&) {}, Strangers::Limits{});
    door_.emplace(
        loop_.get_executor(), socket_->fd(), speak_varlink(methods_), *strangers_, [](const std::string&) {}, limits);
    loop_.restart();
    asio::co_spawn(loop_, door_->keep_open(), asio::detached);
    thread_ = std::thread([this] {
      const auto work = asio::make_work_guard(loop_);
      loop_.run();
    });
  }
  // True where every connection was gone at the end.
  bool close() {
    if (!thread_.joinable()) return true;
    std::promise<bool> empty;
    asio::post(loop_, [this, &empty] {
      door_->close();
      strangers_->close();
      asio::co_spawn(loop_, wait_empty(), [&empty](const std::exception_ptr&, bool none) { empty.set_value(none); });
    });
    const bool none = empty.get_future().get();
    loop_.stop();
    thread_.join();
    return none;
  }
  [[nodiscard]] Channel connect() const {
    auto channel = Channel::connect(socket_->path(), Deadline::after(kPatience));
    EXPECT_TRUE(channel);
    return std::move(*channel);
  }
  static std::string receive(Channel& channel) {
    auto text = channel.receive(Deadline::after(kPatience));
    if (!text) return text.error().sentence();
    return text->value_or("<end>");
  }
  static std::string ask(Channel& channel, const std::string& method, const std::string& parameters = "{}") {
    const std::string call =
        R"({"method":"org.signet.Agent.)" + method + R"(","parameters":)" + parameters + "}" + std::string(1, '\0');
    // Whoever is turned away may find the door closed before he has spoken, and what was said to him behind it.
    (void)channel.send(call, Deadline::after(kPatience));
    return receive(channel);
  }
  std::string ask(const std::string& method, const std::string& parameters = "{}") {
    Channel channel = connect();
    return ask(channel, method, parameters);
  }

  Awaitable<bool> wait_empty() {
    const Deadline deadline = Deadline::after(kPatience);
    co_await strangers_->wait_idle(deadline);
    const bool empty = co_await door_->wait_empty(deadline);
    co_return empty;
  }

  Result<SocketFile> socket_;
  KeyCheck key_check_{loop_.get_executor(), configuration_, *tokens_};
  Methods methods_;
  std::optional<Strangers> strangers_;
  std::optional<Door> door_;
  std::thread thread_;
};

TEST_F(Front, AnswersOneCallAfterTheOther) {
  open();
  Channel channel = connect();
  EXPECT_THAT(ask(channel, "Status"), HasSubstr(R"("features":["sign-bundle")"));
  EXPECT_THAT(ask(channel, "Identities"), HasSubstr(R"("name":"maintainer")"));
  EXPECT_THAT(ask(channel, "Keys"), HasSubstr(R"("identities":["maintainer"])"));
}

TEST_F(Front, ClosesTheConnectionThatWaitsLongestWhenOneUserHasAllHisConnections) {
  open({.connections = 10, .connections_per_uid = 2});
  Channel first = connect();
  EXPECT_THAT(ask(first, "Identities"), HasSubstr("maintainer"));
  Channel second = connect();
  EXPECT_THAT(ask(second, "Identities"), HasSubstr("maintainer"));
  EXPECT_THAT(ask(first, "Identities"), HasSubstr("maintainer")) << "now the second waits longer";
  Channel third = connect();
  EXPECT_THAT(ask(third, "Identities"), HasSubstr("maintainer"));
  EXPECT_EQ(receive(second), "<end>");
  EXPECT_THAT(ask(first, "Identities"), HasSubstr("maintainer"));
}

TEST_F(Front, TurnsAwayWhoeverComesWhenAllConnectionsOfOneUserAreAtWork) {
  transport_.hold();
  open({.connections = 10, .connections_per_uid = 2});
  const std::string call =
      R"({"method":"org.signet.Agent.Sign","more":true,"parameters":{"output":"bundle","items":[{"digest":")" +
      std::string(kDigest) + "\"}]}}" + std::string(1, '\0');
  std::vector<Channel> working;
  for (int i = 0; i < 2; ++i) {
    working.push_back(connect());
    ASSERT_TRUE(working.back().send(call, Deadline::after(kPatience)));
    EXPECT_THAT(receive(working.back()), HasSubstr("progress"));
  }
  Channel third = connect();
  EXPECT_THAT(receive(third), AllOf(HasSubstr("org.signet.Agent.LimitExceeded"), HasSubstr("as many as one user may")));
  EXPECT_EQ(receive(third), "<end>");
}

TEST_F(Front, TurnsAwayWhoeverComesWhenTheHouseIsFull) {
  open({.connections = 1, .connections_per_uid = 10});
  Channel first = connect();
  EXPECT_THAT(ask(first, "Identities"), HasSubstr("maintainer"));
  Channel second = connect();
  EXPECT_THAT(receive(second), AllOf(HasSubstr("LimitExceeded"), HasSubstr("the agent has 1 connections")));
}

TEST_F(Front, EndsEveryConnectionWhenItCloses) {
  open();
  Channel idle = connect();
  EXPECT_THAT(ask(idle, "Identities"), HasSubstr("maintainer"));
  EXPECT_TRUE(close());
  EXPECT_EQ(receive(idle), "<end>");
}

TEST_F(Front, AnswersWhatHasComeWhenItFinishesAndTakesNothingMore) {
  open();
  Channel idle = connect();
  EXPECT_THAT(ask(idle, "Identities"), HasSubstr("maintainer"));
  // The loop stands still while calls come.
  std::promise<void> standing;
  std::promise<void> go;
  asio::post(loop_, [&] {
    standing.set_value();
    go.get_future().wait();
    door_->finish();
  });
  standing.get_future().wait();
  Channel waiting = connect();
  const std::string call = R"({"method":"org.signet.Agent.Identities","parameters":{}})" + std::string(1, '\0');
  ASSERT_TRUE(idle.send(call, Deadline::after(kPatience)));
  ASSERT_TRUE(idle.send(call, Deadline::after(kPatience)));
  go.set_value();
  EXPECT_THAT(receive(idle), HasSubstr("maintainer"));
  EXPECT_THAT(receive(idle), HasSubstr("maintainer"));
  EXPECT_EQ(receive(idle), "<end>");
  EXPECT_FALSE(idle.send(call, Deadline::after(kPatience)));
  // Nobody took it: whoever listens there next will.
  ASSERT_TRUE(waiting.send(call, Deadline::after(kPatience)));
  const UniqueFd taken(::accept4(socket_->fd(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_TRUE(taken);
}

TEST_F(Front, LetsWhoeverHasJustConnectedSpeakBeforeItFinishes) {
  open();
  Channel other = connect();
  EXPECT_THAT(ask(other, "Identities"), HasSubstr("maintainer"));
  // The loop takes connections in their order, so this one has been taken when the next one is served.
  Channel silent = connect();
  Channel later = connect();
  EXPECT_THAT(ask(later, "Identities"), HasSubstr("maintainer"));
  const auto in_loop = [this](const std::function<void()>& action) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  };
  in_loop([this] { door_->finish(); });
  EXPECT_EQ(receive(other), "<end>");
  EXPECT_THAT(ask(silent, "Identities"), HasSubstr("maintainer"));
  in_loop([this] { door_->finish_silent(); });
  EXPECT_EQ(receive(silent), "<end>");
}

TEST_F(Front, TurnsAwayEverybodyButItsOwnerWithOneLineForAll) {
  policy_.emplace(configuration_, ::geteuid() + 1);
  open();
  for (const char* method :
       {"Sign", "Identities", "Keys", "GenerateKey", "Login", "Logout", "ReleaseToken", "ReacquireToken", "Status"}) {
    EXPECT_THAT(ask(method), AllOf(HasSubstr("org.signet.Agent.NotAuthorized"), HasSubstr("ask an agent of your own")));
  }
  ASSERT_EQ(lines().size(), 2U) << "start, and a line for the first";
  EXPECT_THAT(lines().back(), AllOf(HasSubstr(R"("event":"denied")"), HasSubstr(R"("operation":"connect")")));
  EXPECT_TRUE(close());
  ASSERT_EQ(lines().size(), 3U) << "the others were counted, and the count is written down at the end";
  EXPECT_THAT(lines().back(), HasSubstr("8 more connections since the last line"));
}

TEST_F(Front, RefusesParametersThatAMethodDoesNotKnow) {
  open();
  for (const char* method :
       {"Sign", "Identities", "Keys", "GenerateKey", "Login", "Logout", "ReleaseToken", "ReacquireToken", "Status"}) {
    EXPECT_THAT(ask(method, R"({"restrict":true})"), HasSubstr("org.signet.Agent.InvalidRequest")) << method;
  }
  EXPECT_THAT(ask("Export"), HasSubstr("org.varlink.service.MethodNotFound"));
}

TEST_F(Front, SignsForWhoeverMayAsk) {
  open();
  const std::string item = R"({"digest":")" + std::string(kDigest) + "\"}";
  EXPECT_THAT(ask("Sign", R"({"output":"bundle","items":[)" + item + "]}"), HasSubstr("messageSignature"));
  EXPECT_THAT(ask("Sign", R"({"output":"bundle","items":[)" + item + "," + item + "]}"),
              HasSubstr("several items need several replies"));
  EXPECT_THAT(ask("Sign", R"({"output":"bundle","identity":"nobody","items":[)" + item + "]}"),
              HasSubstr("org.signet.Agent.IdentityNotFound"));
}

TEST_F(Front, KeepsALoginUntilTheLogout) {
  logins_.forget_all();
  const std::string jwt(id_token().reveal());
  const std::string foreign(id_token("somebody@example.test").reveal());
  open();
  EXPECT_THAT(ask("Login", R"({"id_token":")" + foreign + "\"}"), HasSubstr("org.signet.Agent.LoginRequired"));
  EXPECT_THAT(ask("Login", R"({"id_token":")" + jwt + "\"}"), HasSubstr(R"("identity":"maintainer")"));
  EXPECT_THAT(ask("Status"), HasSubstr("login_until"));
  EXPECT_EQ(ask("Logout", R"({"identity":"maintainer"})"), R"({"parameters":{}})");
  EXPECT_THAT(ask("Status"), testing::Not(HasSubstr("login_until")));
  EXPECT_THAT(ask("Logout", R"({"identity":"nobody"})"), HasSubstr("org.signet.Agent.IdentityNotFound"));
  EXPECT_EQ(ask("Logout"), R"({"parameters":{}})");
}

TEST_F(Front, MakesAKey) {
  open();
  EXPECT_THAT(ask("GenerateKey", R"({"token":"desk","label":"new"})"), HasSubstr(R"("label":"new","id":"02")"));
  EXPECT_THAT(ask("Keys", R"({"token":"desk"})"), HasSubstr(R"("label":"new")"));
  EXPECT_THAT(ask("Keys", R"({"token":"none"})"), HasSubstr("org.signet.Agent.KeyNotFound"));
}

TEST_F(Front, StopsWorkingForWhoeverHasGone) {
  transport_.hold();
  open();
  {
    Channel gone = connect();
    const std::string call =
        R"({"method":"org.signet.Agent.Sign","parameters":{"output":"bundle","items":[{"digest":")" +
        std::string(kDigest) + "\"}]}}" + std::string(1, '\0');
    ASSERT_TRUE(gone.send(call, Deadline::after(kPatience)));
    for (int i = 0; i < 3000 && lines().size() < 3; ++i) std::this_thread::sleep_for(10ms);
  }
  const auto cancelled = [this] {
    return std::ranges::any_of(lines(), [](const std::string& line) {
      return line.contains(R"("operation":"sign")") && line.contains(R"("error":"Cancelled")");
    });
  };
  for (int i = 0; i < 3000 && !cancelled(); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(cancelled()) << lines().back();
}

}  // namespace
}  // namespace signet::agent
