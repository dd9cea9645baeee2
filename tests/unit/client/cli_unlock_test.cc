// `signet unlock` at a terminal: what it says of a PIN, and how it hands it in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "protocol/channel.h"
#include "tests/support/process.h"
#include "tests/support/terminal.h"
#include "tests/unit/client/cli_program.h"
#include "tests/unit/client/scripted_agent.h"
#include "tests/unit/client/stepped_agent.h"

namespace signet::test {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string status_of(const std::string& facts) {
  return reply_text(R"("version":"0.1.0","features":["enter-pin"],"pid":1,"uptime_s":1,"config":"c","tokens":[)"
                    R"({"name":"card","state":"ready",)" +
                    facts + R"(}],"identities":[],"signatures":0,"certificates":0)");
}

class CliUnlock : public ::testing::Test {
 protected:
  ProcessOptions unlock() const {
    return {.arguments = {std::string(SIGNET_BIN_DIR) + "/signet", "unlock", "card"},
            .environment = {{"SIGNET_SOCK", agent_.socket()}}};
  }
  // The person types a PIN for the token, of which this is known.
  void enter(const std::string& facts) {
    ProcessOptions options = unlock();
    options.terminal = terminal_.end_of_program();
    signet_.emplace(options);
    connection_.emplace(agent_.next_call("Status"));
    SteppedAgent::say(*connection_, status_of(facts));
    ASSERT_TRUE(terminal_.shows("PIN: ")) << terminal_.screen();
    terminal_.type("1234\n");
  }
  // It looks at the token once more, and finds that.
  ProcessEnd look(const std::string& facts) {
    SteppedAgent::expect_call(*connection_, "Status");
    SteppedAgent::say(*connection_, status_of(facts));
    return end();
  }
  ProcessEnd end() {
    const auto ended = signet_->wait(Deadline::after(std::chrono::seconds(20)));
    EXPECT_TRUE(ended) << "it does not end; " << terminal_.screen();
    return ended.value_or(ProcessEnd());
  }

  SteppedAgent agent_;
  Terminal terminal_;
  std::optional<Process> signet_;
  std::optional<protocol::Channel> connection_;
};

TEST_F(CliUnlock, DoesNotCallAPinWrongThatWasNotTried) {
  for (const std::string facts : {R"("pin":"none")", R"("pin":"none","tries":3)", R"("pin":"final_try","tries":3)"}) {
    enter(R"("pin":"none","tries":3)");
    (void)agent_.take_pin();
    const auto untried = look(facts);
    EXPECT_EQ(untried.status, 0) << untried.errors;
    EXPECT_THAT(untried.output, HasSubstr("it is tried at the next signature"));
    EXPECT_THAT(untried.errors, Not(HasSubstr("refused")));
  }
}

TEST_F(CliUnlock, TellsARefusalFromWhatTheTokenRemembersOfOneBefore) {
  enter(R"("pin":"incorrect","tries":2)");
  (void)agent_.take_pin();
  EXPECT_THAT(look(R"("pin":"incorrect","tries":2)").output, HasSubstr("it is tried at the next signature"));
}

TEST_F(CliUnlock, CallsAPinWrongThatWasRefusedOrCostATry) {
  for (const std::string facts :
       {R"("pin":"incorrect")", R"("pin":"none","tries":2)", R"("pin":"incorrect","tries":2)"}) {
    enter(R"("pin":"none","tries":3)");
    (void)agent_.take_pin();
    const auto refused = look(facts);
    EXPECT_EQ(refused.status, 3) << refused.output;
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("PinIncorrect"), HasSubstr("token card refused the PIN")));
  }
}

TEST_F(CliUnlock, SaysWhatToDoWithoutATerminal) {
  ProcessOptions options = unlock();
  options.without_terminal = true;
  signet_.emplace(options);
  connection_.emplace(agent_.next_call("Status"));
  SteppedAgent::say(*connection_, status_of(R"("pin":"none")"));
  const auto refused = end();
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("this program has no terminal to ask at"),
                                    HasSubstr("next: enter it at a terminal: signet unlock card")));
}

TEST_F(CliUnlock, HandsThePinInAgainWhereTheKeeperIsBusyWithAnother) {
  enter(R"("pin":"none")");
  const std::string record = "\x00\x04"s + "1234";
  EXPECT_EQ(agent_.take_pin("\x02"
                            "another one is being handed in at this moment"),
            record);
  EXPECT_EQ(agent_.take_pin(), record);
  EXPECT_THAT(look(R"("pin":"accepted")").output, HasSubstr("token card is unlocked"));
  EXPECT_FALSE(terminal_.shows("PIN: ", Deadline::after(std::chrono::milliseconds(0)))) << "he was asked once";
}

TEST_F(CliUnlock, DoesNotHandInAgainWhatTheKeeperRefused) {
  enter(R"("pin":"none")");
  (void)agent_.take_pin(
      "\x02"
      "the token was locked meanwhile");
  EXPECT_THAT(end().errors, AllOf(HasSubstr("InvalidRequest"), HasSubstr("the token was locked meanwhile")));
}

TEST_F(CliUnlock, GivesUpOnAKeeperThatStaysBusy) {
  enter(R"("pin":"none")");
  for (int times = 0; times < 4; ++times)
    (void)agent_.take_pin(
        "\x02"
        "another one is being handed in at this moment");
  EXPECT_THAT(end().errors, AllOf(HasSubstr("RateLimited"), HasSubstr("another one is being handed in")));
}

}  // namespace
}  // namespace signet::test
