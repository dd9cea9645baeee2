// The PIN is asked for by pinentry, where the program that needs the token has no terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <filesystem>
#include <optional>
#include <thread>

#include "common/file.h"
#include "tests/support/household.h"
#include "tests/support/memory.h"
#include "tests/support/sanitized.h"
#include "tests/support/terminal.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

// What a pinentry does that a test has written.
std::string pinentry_script(const TemporaryFolder& folder, const std::string& answer) {
  return folder
      .write("pinentry",
             "#!/bin/sh\necho 'OK hello'\nwhile read -r line; do\nprintf '%s\\n' \"$line\" >>'" +
                 (folder / "heard").string() + "'\ncase $line in\nGETPIN) printf '" + answer +
                 "';;\nBYE) echo OK; exit;;\n*) echo OK;;\nesac\ndone\n",
             0700)
      .string();
}

class Pinentry : public ::testing::Test {
 protected:
  void start(const std::string& pinentry, const std::map<std::string, std::string>& environment = {}) {
    house_.emplace(Household::Setup{.extra_configuration = "[agent]\npinentry = \"" + pinentry + "\"\n",
                                    .agent_environment = environment,
                                    .pin_source = "pin = { prompt = [\"terminal\", \"pinentry\"] }"});
  }
  void script(const std::string& answer) { start(pinentry_script(folder_, answer)); }
  ProcessOptions sign() const {
    const auto file = house_->folder().write("app", "app");
    return {.arguments = {program("signet"), "sign", file.string()},
            .environment = house_->environment(),
            .without_terminal = true};
  }
  [[nodiscard]] std::string heard() const { return read_file(folder_ / "heard", 1U << 16U).value_or(""); }

  TemporaryFolder folder_;
  std::optional<Household> house_;
};

TEST_F(Pinentry, AsksWhereTheClientHasNoTerminal) {
  script("D 1234\\nOK\\n");
  const auto end = run(sign(), soon());
  EXPECT_EQ(end.status, 0) << end.errors << house_->agent().errors();
  EXPECT_THAT(heard(),
              AllOf(HasSubstr("SETDESC PIN for token desk (label \"desk\""), HasSubstr("maintainer@example.test")));
}

TEST_F(Pinentry, ACancelIsANamedErrorAndAsksOnce) {
  script("ERR 83886179 Operation cancelled <Pinentry>\\n");
  const auto end = run(sign(), soon());
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("PinRequired"), HasSubstr("cancelled it")));
  const std::string all = heard();
  EXPECT_EQ(all.find("GETPIN"), all.rfind("GETPIN"));
}

TEST_F(Pinentry, AnEntryThatTakesTooLongIsANamedError) {
  script("ERR 83886142 Timeout <Pinentry>\\n");
  EXPECT_THAT(run(sign(), soon()).errors, AllOf(HasSubstr("PinRequired"), HasSubstr("in time")));
}

TEST_F(Pinentry, IsMissed) {
  start((folder_ / "missing").string());
  EXPECT_THAT(run(sign(), soon()).errors, AllOf(HasSubstr("PinRequired"), HasSubstr("cannot be opened")));
}

TEST_F(Pinentry, IsNotTheOneThatOthersMayWrite) {
  const auto script = pinentry_script(folder_, "D 1234\\nOK\\n");
  std::filesystem::permissions(script, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  start(script);
  EXPECT_THAT(run(sign(), soon()).errors, AllOf(HasSubstr("PinRequired"), HasSubstr("may be written by others")));
  EXPECT_EQ(heard(), "");
}

// The window goes with the request that wanted it.
TEST_F(Pinentry, IsWithdrawnWithTheRequest) {
  script("$(sleep 100)");
  Process one(sign());
  for (const Deadline deadline = soon(); !heard().contains("GETPIN") && !deadline.passed();) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  ASSERT_THAT(children_of(house_->agent().pid()), ::testing::SizeIs(2));
  one.send_signal(SIGKILL);
  for (const Deadline deadline = soon(); children_of(house_->agent().pid()).size() > 1 && !deadline.passed();) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_THAT(children_of(house_->agent().pid()), ::testing::SizeIs(1));
}

TEST_F(Pinentry, HandsThePinOverPastTheAgent) {
  if (::geteuid() != 0 || kSanitized) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  const std::string pin = std::string("Seen-By-") + "Nobody-52";
  Household::Setup setup;
  setup.pin = pin;
  setup.extra_configuration = "[agent]\npinentry = \"" + pinentry_script(folder_, "D " + pin + "\\nOK\\n") + "\"\n";
  setup.pin_source = "pin = { prompt = \"pinentry\" }";
  house_.emplace(std::move(setup));
  const auto end = run(sign(), soon());
  ASSERT_EQ(end.status, 0) << end.errors << house_->agent().errors();
  EXPECT_THAT(places_in_memory(house_->agent().pid(), pin), ::testing::SizeIs(0));
  EXPECT_THAT(places_in_memory(children_of(house_->agent().pid()).at(0), pin), ::testing::SizeIs(1));
}

// The real one, in a terminal that the agent knows.
TEST_F(Pinentry, OfDebianTakesThePin) {
  const std::string curses = "/usr/bin/pinentry-curses";
  if (!std::filesystem::exists(curses)) GTEST_SKIP() << "pinentry-curses is not installed";
  Terminal terminal;
  start(curses, {{"GPG_TTY", terminal.name()}, {"TERM", "xterm"}});
  Process one(sign());
  ASSERT_TRUE(terminal.shows("PIN")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("Cancel"));
  terminal.type("1234\r");
  const auto end = one.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors << house_->agent().errors();
}

}  // namespace
}  // namespace signet::test
