// The server side against a real socket pair; the client side is plain bytes.
#include "protocol/asio/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>

#include "tests/unit/protocol/service_fixture.h"

namespace signet::protocol {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

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

}  // namespace
}  // namespace signet::protocol
