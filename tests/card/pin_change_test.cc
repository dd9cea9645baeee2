// `signet token pin` at a terminal, beside an agent that holds the card.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "tests/card/virtual_card.h"
#include "tests/support/household.h"
#include "tests/support/terminal.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PinChange : public ::testing::Test {
 protected:
  explicit PinChange(const std::string& pin = "") : pin_(pin) {}

  [[nodiscard]] std::string configuration() const {
    return "[token.card]\nserial = \"12345678\"\npcscd = \"" + card_.environment().at("PCSCLITE_CSOCK_NAME") + "\"\n" +
           pin_;
  }
  [[nodiscard]] ProcessOptions change(const std::string& task) const {
    return {.arguments = {program("signet"), "token", "pin", task, "card"},
            .environment = house_.environment(),
            .terminal = terminal_.end_of_program()};
  }
  void type(std::string_view prompt, const std::string& text) {
    ASSERT_TRUE(terminal_.shows(prompt)) << terminal_.screen();
    terminal_.type(text + "\n");
  }
  static ProcessEnd end_of(Process& process) {
    const auto end = process.wait(Deadline::after(std::chrono::minutes(1)));
    EXPECT_TRUE(end) << "it does not end";
    return end.value_or(ProcessEnd());
  }

  std::string pin_;
  Terminal terminal_;
  VirtualCard card_;
  Household house_{{.extra_configuration = configuration()}};
};

TEST_F(PinChange, IsAskedForAtTheTerminalAndTheAgentSendsTheOldPinNoMore) {
  Process unlocking({.arguments = {program("signet"), "unlock", "card"},
                     .environment = house_.environment(),
                     .terminal = terminal_.end_of_program()});
  type("PIN: ", "123456");
  ASSERT_EQ(end_of(unlocking).status, 0) << terminal_.screen();
  Process changing(change("change"));
  type("token card: 3 tries are left\r\nPIN: ", "123456");
  type("new PIN: ", "654321");
  type("new PIN, again: ", "654321");
  const auto end = end_of(changing);
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, "token card: the PIN is changed; 3 tries are left\n");
  EXPECT_THAT(terminal_.screen(), AllOf(Not(HasSubstr("PIN: 123456")), Not(HasSubstr("654321"))));
  Process again({.arguments = {program("signet"), "unlock", "card"},
                 .environment = house_.environment(),
                 .terminal = terminal_.end_of_program()});
  type("PIN: ", "654321");
  EXPECT_EQ(end_of(again).status, 0) << terminal_.screen();
  EXPECT_EQ(card_.count_wrong_pins(), 0);
}

TEST_F(PinChange, ThatIsTypedInTwoWaysChangesNothingAndLetsTheAgentBack) {
  Process changing(change("change"));
  type("PIN: ", "123456");
  type("new PIN: ", "654321");
  type("new PIN, again: ", "654322");
  const auto end = end_of(changing);
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("typed in two ways; nothing was changed"));
  EXPECT_EQ(card_.count_pins(), 0);
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, Not(HasSubstr("reacquire")));
}

TEST_F(PinChange, WithAWrongPinCostsOneTryAndSaysSo) {
  Process verifying(change("verify"));
  type("PIN: ", "000000");
  const auto end = end_of(verifying);
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("the card refused the PIN; 2 tries are left"));
  EXPECT_EQ(card_.count_wrong_pins(), 1);
}

TEST_F(PinChange, ThatIsGivenUpAtThePromptLeavesTheAgentAsItWas) {
  Process changing(change("change"));
  ASSERT_TRUE(terminal_.shows("PIN: ")) << terminal_.screen();
  changing.send_signal(SIGINT);
  (void)end_of(changing);
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, Not(HasSubstr("reacquire")));
}

TEST_F(PinChange, LeavesATokenReleasedThatWasReleasedBefore) {
  ASSERT_EQ(house_.run({"signet", "token", "release", "card"}).status, 0);
  Process verifying(change("verify"));
  type("PIN: ", "123456");
  EXPECT_EQ(end_of(verifying).status, 0);
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, HasSubstr("reacquire"));
}

TEST_F(PinChange, NeedsATerminal) {
  const auto end = house_.run({"signet", "token", "pin", "change", "card"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("no terminal to ask at"));
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, Not(HasSubstr("reacquire")));
}

TEST_F(PinChange, NamesATokenThatIsNotConfiguredOrNoCard) {
  const auto none = house_.run({"signet", "token", "pin", "change", "crad"});
  EXPECT_EQ(none.status, 3);
  EXPECT_THAT(none.errors, HasSubstr("has no token crad"));
  const auto module = house_.run({"signet", "token", "pin", "change", "desk"});
  EXPECT_EQ(module.status, 2);
  EXPECT_THAT(module.errors, HasSubstr("token desk is reached through a module"));
  const auto task = house_.run({"signet", "token", "pin", "set", "card"});
  EXPECT_EQ(task.status, 2);
  EXPECT_THAT(task.errors, HasSubstr("wants verify, change or unblock"));
}

// The agent would read the old PIN anew, and send it.
class PinChangeBesideAFile : public PinChange {
 protected:
  PinChangeBesideAFile() : PinChange("pin = { file = \"card-pin\" }\n") {}
};

TEST_F(PinChangeBesideAFile, LeavesTheTokenReleasedUntilTheFileIsRight) {
  const auto write_pin = [this](const char* pin) {
    const auto file = house_.folder().write("card-pin", pin);
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  };
  write_pin("123456\n");
  house_.restart_agent();
  Process changing(change("change"));
  type("PIN: ", "123456");
  type("new PIN: ", "654321");
  type("new PIN, again: ", "654321");
  const auto end = end_of(changing);
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, HasSubstr("next: see that the right one lies there, then: signet token reacquire card"));
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, HasSubstr("released"));
  write_pin("654321\n");
  EXPECT_EQ(house_.run({"signet", "token", "reacquire", "card"}).status, 0);
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, Not(HasSubstr("refused")));
  EXPECT_EQ(card_.count_wrong_pins(), 0);
}

}  // namespace
}  // namespace signet::test
