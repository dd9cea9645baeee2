// The Assuan side against a pinentry that says what a test wants.
#include "pinentry/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::pinentry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Conversation : public ::testing::Test {
 protected:
  // A pinentry that writes down what it is told and answers GETPIN with these lines.
  Result<std::string> ask_one_that_says(const std::string& answer) {
    const auto script = folder_.write("pinentry",
                                      "#!/bin/sh\necho 'OK Pleased to meet you'\nwhile read -r line; do\n"
                                      "printf '%s\\n' \"$line\" >>'" +
                                          heard_.string() + "'\ncase $line in\nGETPIN) printf '" + answer +
                                          "';;\nOPTION*) echo 'ERR 536871187 unknown';;\n"
                                          "BYE) echo OK; exit;;\n*) echo OK;;\nesac\ndone\n",
                                      0700);
    auto page = LockedPage::make();
    const Question question{.program = script, .description = "PIN for token desk\nBYE", .terminal = "/dev/pts/7"};
    if (auto asked = ask(question, *page); !asked) return fail(std::move(asked.error()));
    return std::string(text_of(page->bytes()));
  }
  [[nodiscard]] std::string heard() const { return read_file(heard_, 1U << 16U).value_or(""); }

  test::TemporaryFolder folder_;
  std::filesystem::path heard_ = folder_ / "heard";
};

TEST_F(Conversation, YieldsWhatWasEnteredWhateverPiecesItComesIn) {
  EXPECT_EQ(ask_one_that_says("D 12\\nD 3%%254\\nOK\\n").value(), "123%4");
  EXPECT_THAT(heard(), AllOf(HasSubstr("SETDESC PIN for token desk"), HasSubstr("SETTIMEOUT 120"),
                             HasSubstr("OPTION ttyname=/dev/pts/7")));
  EXPECT_THAT(heard(), Not(HasSubstr("\nBYE\nGETPIN"))) << "a text is no command";
  EXPECT_THAT(heard(), Not(HasSubstr("allow-external-password-cache")));
}

TEST_F(Conversation, SaysThatThePersonCancelled) {
  test::expect_refusal(ask_one_that_says("ERR 83886179 Operation cancelled <Pinentry>\\n"), ErrorCode::Cancelled,
                       "cancelled");
  test::expect_refusal(ask_one_that_says("ERR 83886278 fully cancelled\\n"), ErrorCode::Cancelled, "cancelled");
  test::expect_refusal(ask_one_that_says("OK\\n"), ErrorCode::Cancelled, "nothing was entered");
}

TEST_F(Conversation, SaysThatNobodyCame) {
  test::expect_refusal(ask_one_that_says("S ERROR curses.? 83886142\\nERR 83886142 Timeout <Pinentry>\\n"),
                       ErrorCode::Deadline, "in time");
}

TEST_F(Conversation, SaysThatPinentryCannotAsk) {
  test::expect_refusal(ask_one_that_says("ERR 83918950 Inappropriate ioctl for device\\n"), ErrorCode::WorkerFailed,
                       "pinentry: ");
  test::expect_refusal(ask_one_that_says("nonsense\\n"), ErrorCode::WorkerFailed, "pinentry: ");
  auto page = LockedPage::make();
  test::expect_refusal(ask({.program = folder_ / "missing"}, *page), ErrorCode::WorkerFailed, "");
}

TEST_F(Conversation, RefusesWhatIsLongerThanAPin) {
  test::expect_refusal(ask_one_that_says("D " + std::string(300, '1') + "\\nOK\\n"), ErrorCode::LimitExceeded,
                       "longer than a PIN");
}

}  // namespace
}  // namespace signet::pinentry
