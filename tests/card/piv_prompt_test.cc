// A PIV card whose PIN a person enters: how many tries are left is told, a wrong PIN costs exactly one, and the last
// one is not spent unless somebody insists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/file.h"
#include "json/reader.h"
#include "tests/card/virtual_card.h"
#include "tests/support/household.h"
#include "tests/support/terminal.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PivPrompt : public ::testing::Test {
 protected:
  explicit PivPrompt(int wrong_pins = 0) : card_(card_with(wrong_pins)) {
    const auto made = house_.run({"signet", "key", "generate", "--token", "card", "--slot", "9c", "--pin", "once",
                                  "--touch", "never", "--json"});
    EXPECT_EQ(made.status, 0) << made.errors;
    const auto reply = json::parse(made.output);
    const auto text = read_file(house_.configuration(), 1U << 20U);
    if (!reply || !text) std::abort();
    const json::Object& key = *reply->as_object()->find("key")->as_object();
    house_.folder().write("config.toml", "default_identity = \"card\"\n" + *text +
                                             "[identity.card]\ninstance = \"sandbox\"\nkey = \"" +
                                             *key.find("uri")->as_string() + "\"\npublic_key = \"" +
                                             *key.find("fingerprint")->as_string() + "\"\nsan = \"" +
                                             std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                             "\"\nuse = [\"git\", \"blob\"]\ntoken = { file = \"id-token\" }\n");
    house_.restart_agent();
    card_.forget_apdus();
  }

  static CardSetup card_with(int wrong_pins) {
    CardSetup setup;
    setup.keys.clear();
    setup.wrong_pins = wrong_pins;
    return setup;
  }
  [[nodiscard]] std::string configuration() const {
    return "[token.card]\nserial = \"12345678\"\npcscd = \"" + card_.environment().at("PCSCLITE_CSOCK_NAME") + "\"\n";
  }
  ProcessOptions sign() const {
    const auto file = house_.folder().write("app", "an application\n");
    return {.arguments = {program("signet"), "sign", file.string()},
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

  Terminal terminal_;
  VirtualCard card_;
  Household house_{{.extra_configuration = configuration()}};
};

TEST_F(PivPrompt, CountsExactlyOneWrongPinAndGoesOnWithTheRightOne) {
  Process one(sign());
  type("3 tries are left\r\nPIN: ", "654321");
  type("the token refused the last one; 2 tries are left\r\nPIN: ", "123456");
  EXPECT_EQ(end_of(one).status, 0) << terminal_.screen();
  EXPECT_EQ(card_.count_wrong_pins(), 1);
  EXPECT_EQ(card_.count_pins(), 2);
}

TEST_F(PivPrompt, LocksTheCardToo) {
  Process one(sign());
  type("PIN: ", "123456");
  ASSERT_EQ(end_of(one).status, 0);
  ASSERT_EQ(house_.run({"signet", "lock", "card"}).status, 0);
  card_.forget_apdus();
  Process two(sign());
  EXPECT_TRUE(terminal_.shows("PIN: ")) << "the card does not remember the login";
  two.send_signal(SIGTERM);
  (void)end_of(two);
  EXPECT_EQ(card_.count_signatures(), 0);
}

class PivLastTry : public PivPrompt {
 protected:
  PivLastTry() : PivPrompt(2) {}
};

TEST_F(PivLastTry, IsNotSpentWhereNobodyInsists) {
  Process one(sign());
  ASSERT_TRUE(terminal_.shows("ONE TRY IS LEFT")) << terminal_.screen();
  type("type: use the last try", "");
  const auto end = end_of(one);
  EXPECT_EQ(end.status, 3) << end.errors;
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr("PIN: ")));
  EXPECT_EQ(card_.count_pins(), 0);
}

TEST_F(PivLastTry, IsNotSpentForOtherWords) {
  Process one(sign());
  type("type: use the last try", "yes");
  const auto end = end_of(one);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("PinLocked"), HasSubstr("none is sent")));
  EXPECT_EQ(card_.count_pins(), 0);
}

TEST_F(PivLastTry, IsUsedForWhoInsists) {
  Process one(sign());
  type("type: use the last try", "use the last try");
  type("PIN: ", "123456");
  EXPECT_EQ(end_of(one).status, 0) << terminal_.screen();
  EXPECT_EQ(card_.count_pins(), 1);
}

TEST_F(PivLastTry, LocksTheCardWhereTheInsistedPinIsWrong) {
  Process one(sign());
  type("type: use the last try", "use the last try");
  type("PIN: ", "654321");
  EXPECT_THAT(end_of(one).errors, AllOf(HasSubstr("PinLocked"), HasSubstr("locked")));
  EXPECT_EQ(card_.count_wrong_pins(), 1);
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr("its PIN is locked"));
}

}  // namespace
}  // namespace signet::test
