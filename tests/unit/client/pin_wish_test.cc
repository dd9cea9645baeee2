// A PIN that is wanted in the middle of a batch: its prompt stays as long as it is wanted, whatever else the agent
// says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <optional>

#include "protocol/channel.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/terminal.h"
#include "tests/unit/client/scripted_agent.h"
#include "tests/unit/client/stepped_agent.h"

namespace signet::test {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::seconds(20)); }

std::string pin_needed(int index, const std::string& token, const std::string& more = "") {
  return reply_text(R"("progress":{"kind":"pin_needed","index":)" + std::to_string(index) + R"(,"text":"PIN for )" +
                        token + more + R"(","token":")" + token + R"("})",
                    true);
}

std::string uploading(int index) {
  return reply_text(R"("progress":{"kind":"log","index":)" + std::to_string(index) + R"(,"text":"uploading"})", true);
}

std::string failed(int index, const std::string& what, bool continues = true) {
  return result_text(index, R"("failure":{"error":"LogRefused","what":")" + what + "\"}", continues);
}

// The agent is the test itself, step by step; `signet sign a b` runs at a terminal.
class PinWish : public ::testing::Test {
 protected:
  PinWish() {
    signet_.emplace(ProcessOptions{.arguments = {std::string(SIGNET_BIN_DIR) + "/signet", "sign", "--continue-on-error",
                                                 folder_.write("a", "a").string(), folder_.write("b", "b").string()},
                                   .environment = {{"SIGNET_SOCK", agent_.socket()}},
                                   .terminal = terminal_.end_of_program()});
    auto first = agent_.next_call("Identities");
    SteppedAgent::say(
        first, reply_text(R"("identities":[)" + identity_text("work", R"("digest":"sha256","is_default":true)") + "]"));
    sign_.emplace(agent_.next_call("Sign"));
  }

  void say(const std::string& text) { SteppedAgent::say(*sign_, text); }
  void hang_up() { sign_.reset(); }

  bool is_asked() { return terminal_.shows("PIN: ", soon()); }
  void type_pin() {
    EXPECT_TRUE(terminal_.comes_to_echo(false, soon()));
    terminal_.type("1234\n");
  }
  // What a shell would read next.
  int left_in_the_terminal() {
    termios mode{};
    if (::tcgetattr(terminal_.end_of_program(), &mode) != 0) return -1;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON);
    int left = -1;
    if (::tcsetattr(terminal_.end_of_program(), TCSANOW, &mode) != 0) return -1;
    return ::ioctl(terminal_.end_of_program(), FIONREAD, &left) == 0 ? left : -1;
  }
  ProcessEnd end() {
    auto ended = signet_->wait(soon());
    EXPECT_TRUE(ended) << "it does not end; " << terminal_.screen();
    return ended.value_or(ProcessEnd());
  }

  inline static const std::string kRecord = "\x00\x04"s + "1234";

  TemporaryFolder folder_;
  SteppedAgent agent_;
  Terminal terminal_;
  std::optional<Process> signet_;
  std::optional<protocol::Channel> sign_;
};

TEST_F(PinWish, StaysWhileOtherItemsGoOn) {
  say(pin_needed(1, "desk"));
  ASSERT_TRUE(is_asked());
  say(uploading(0));
  ASSERT_TRUE(is_asked()) << "the prompt comes back behind the news; " << terminal_.screen();
  EXPECT_FALSE(terminal_.echoes());
  say(failed(0, "the first one"));
  ASSERT_TRUE(is_asked());
  type_pin();
  EXPECT_EQ(agent_.take_pin(), kRecord);
  say(failed(1, "the second one", false));
  const std::string errors = end().errors;
  EXPECT_LT(errors.find("the first one"), errors.find("the second one")) << errors;
  EXPECT_THAT(errors, AllOf(HasSubstr("the first one"), HasSubstr("the second one")));
  EXPECT_TRUE(terminal_.echoes());
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr("1234")));
}

TEST_F(PinWish, IsWithdrawnWhereItsItemGoesOnAndWhatWasTypedIsGone) {
  say(pin_needed(1, "desk"));
  ASSERT_TRUE(is_asked());
  terminal_.type("12");
  say(uploading(0));
  ASSERT_TRUE(is_asked());
  say(uploading(1));
  EXPECT_TRUE(terminal_.comes_to_echo(true, soon()));
  say(failed(0, "the first one"));
  say(failed(1, "the second one", false));
  EXPECT_THAT(end().errors, AllOf(HasSubstr("the first one"), HasSubstr("the second one")));
  EXPECT_EQ(left_in_the_terminal(), 0);
}

TEST_F(PinWish, IsNotShownWhereItWasOverAtOnce) {
  say(pin_needed(1, "desk") + '\0' + uploading(1) + '\0' + failed(0, "the first one"));
  say(failed(1, "the second one", false));
  EXPECT_THAT(end().errors, HasSubstr("the second one"));
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr("PIN: ")));
}

TEST_F(PinWish, IsReplacedByANewOneForTheSameToken) {
  say(pin_needed(0, "desk"));
  ASSERT_TRUE(is_asked());
  say(pin_needed(1, "desk", " again"));
  ASSERT_TRUE(terminal_.shows("PIN for desk again", soon())) << terminal_.screen();
  ASSERT_TRUE(is_asked());
  type_pin();
  EXPECT_EQ(agent_.take_pin(), kRecord);
  say(failed(0, "the first one"));
  say(failed(1, "the second one", false));
  EXPECT_THAT(end().errors, HasSubstr("the second one"));
}

TEST_F(PinWish, OfAnotherTokenIsAskedForAfterTheFirst) {
  say(pin_needed(0, "desk"));
  ASSERT_TRUE(is_asked());
  say(pin_needed(1, "card"));
  ASSERT_TRUE(is_asked());
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr("PIN for card")));
  type_pin();
  EXPECT_EQ(agent_.take_pin(), kRecord);
  ASSERT_TRUE(terminal_.shows("PIN for card", soon())) << terminal_.screen();
  ASSERT_TRUE(is_asked());
  type_pin();
  EXPECT_EQ(agent_.take_pin(), kRecord);
  say(failed(0, "the first one"));
  say(failed(1, "the second one", false));
  EXPECT_THAT(end().errors, HasSubstr("the second one"));
}

TEST_F(PinWish, EndsWithTheAgent) {
  say(pin_needed(1, "desk"));
  ASSERT_TRUE(is_asked());
  hang_up();
  EXPECT_THAT(end().errors, HasSubstr("the agent closed the connection before it had answered"));
  EXPECT_TRUE(terminal_.echoes());
}

}  // namespace
}  // namespace signet::test
