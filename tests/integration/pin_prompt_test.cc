// The PIN is asked for where its person sits: at the terminal of the program that needs the token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/socket.h>

#include <array>
#include <filesystem>
#include <list>
#include <optional>

#include "protocol/pin_record.h"
#include "tests/integration/wire.h"
#include "tests/support/household.h"
#include "tests/support/memory.h"
#include "tests/support/terminal.h"

namespace signet::test {
namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

// Time enough for what should not come.
Deadline a_moment() { return Deadline::after(milliseconds(300)); }

class PinPrompt : public ::testing::Test {
 protected:
  PinPrompt() : PinPrompt({.pin_source = "pin = { prompt = \"terminal\" }"}) {}
  explicit PinPrompt(Household::Setup setup) : house_(std::move(setup)) {}

  // A program of the household's person, at a terminal.
  ProcessOptions at(const Terminal& terminal, std::vector<std::string> arguments) const {
    if (arguments.front().starts_with("signet")) arguments.front() = program(arguments.front());
    return {.arguments = std::move(arguments),
            .environment = house_.environment(),
            .directory = house_.folder().path(),
            .terminal = terminal.end_of_program()};
  }
  std::vector<std::string> commit() const {
    return {"git", "-C", repository_.string(), "commit", "-q", "--allow-empty", "-S", "-m", "one"};
  }
  std::vector<std::string> sign(const std::string& name) const {
    return {"signet", "sign", house_.folder().write(name, name).string()};
  }
  std::string verdicts() const { return house_.run({"git", "log", "--format=%G?"}, repository_).output; }
  ProcessEnd end_of(Process& process) {
    const auto end = process.wait(soon());
    EXPECT_TRUE(end) << "it does not end";
    return end.value_or(ProcessEnd());
  }
  // Enters the PIN before it is needed.
  void unlock(std::string_view pin = "1234") {
    Terminal terminal;
    Process unlock(at(terminal, {"signet", "unlock", "desk"}));
    ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
    terminal.type(std::string(pin) + "\n");
    const auto end = end_of(unlock);
    ASSERT_EQ(end.status, 0) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("token desk is unlocked"));
  }
  std::string sign_without_terminal() {
    ProcessOptions options{.arguments = sign("quiet"), .environment = house_.environment(), .without_terminal = true};
    options.arguments.front() = program("signet");
    const auto end = run(options, soon());
    return end.status == 0 ? "signed" : end.errors;
  }

  Household house_;
  std::filesystem::path repository_ = house_.make_repository("repo");
};

TEST_F(PinPrompt, GitCommitAsksOnceAndItsSignatureIsGood) {
  Terminal terminal;
  Process git(at(terminal, commit()));
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  EXPECT_FALSE(terminal.echoes());
  terminal.type("1234\n");
  const auto end = end_of(git);
  EXPECT_EQ(end.status, 0) << end.errors << terminal.screen();
  EXPECT_TRUE(terminal.echoes());
  EXPECT_THAT(terminal.screen(), HasSubstr("PIN for token desk (label \"desk\", serial "));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("1234\r\n")));
  EXPECT_EQ(verdicts(), "G\n");
  Process next(at(terminal, commit()));
  EXPECT_EQ(end_of(next).status, 0);
  EXPECT_EQ(verdicts(), "G\nG\n");
  EXPECT_FALSE(terminal.shows("PIN: ", a_moment())) << "it is kept";
}

TEST_F(PinPrompt, AWrongPinIsToldAndTheRightOneGoesOn) {
  Terminal terminal;
  Process git(at(terminal, commit()));
  ASSERT_TRUE(terminal.shows("PIN: "));
  terminal.type("0000\n");
  ASSERT_TRUE(terminal.shows("the token refused the last one")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("PIN: "));
  terminal.type("1234\n");
  EXPECT_EQ(end_of(git).status, 0) << terminal.screen();
  EXPECT_EQ(verdicts(), "G\n");
}

TEST_F(PinPrompt, FourRequestsAtOnceAskOnePerson) {
  std::list<Terminal> terminals(4);
  std::list<Process> programs;
  int number = 0;
  for (const Terminal& terminal : terminals) {
    programs.emplace_back(at(terminal, sign("file" + std::to_string(++number))));
  }
  Terminal* asked = nullptr;
  for (const Deadline deadline = soon(); asked == nullptr && !deadline.passed();) {
    for (Terminal& terminal : terminals) {
      if (terminal.shows("PIN: ", Deadline::after(milliseconds(20)))) asked = &terminal;
    }
  }
  ASSERT_NE(asked, nullptr);
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr("token desk: ready")) << "others are served meanwhile";
  EXPECT_THAT(house_.run({"signet", "key", "list"}).output, HasSubstr("maintainer"));
  asked->type("1234\n");
  for (Process& process : programs) EXPECT_EQ(end_of(process).status, 0);
  int prompts = 0;
  for (Terminal& terminal : terminals) prompts += terminal.screen().contains("PIN: ") ? 1 : 0;
  EXPECT_EQ(prompts, 1);
}

TEST_F(PinPrompt, AnInterruptLeavesTheTerminalAsItWasAndTheNextIsAsked) {
  Terminal first;
  Terminal second;
  Process one(at(first, sign("one")));
  ASSERT_TRUE(first.shows("PIN: "));
  EXPECT_FALSE(first.echoes());
  Process two(at(second, sign("two")));
  EXPECT_FALSE(second.shows("PIN: ", a_moment()));
  first.type("12\x03");
  EXPECT_EQ(end_of(one).status, 128 + SIGINT);
  EXPECT_TRUE(first.echoes());
  ASSERT_TRUE(second.shows("PIN: ")) << second.screen();
  second.type("1234\n");
  EXPECT_EQ(end_of(two).status, 0) << second.screen();
}

TEST_F(PinPrompt, IsAskedAgainWhereTheClientIsKilled) {
  Terminal first;
  Terminal second;
  Process one(at(first, sign("one")));
  ASSERT_TRUE(first.shows("PIN: "));
  Process two(at(second, sign("two")));
  one.send_signal(SIGKILL);
  ASSERT_TRUE(second.shows("PIN: ")) << second.screen();
  second.type("1234\n");
  EXPECT_EQ(end_of(two).status, 0);
}

TEST_F(PinPrompt, AStoppedProgramAsksAgainWhenItGoesOn) {
  Terminal terminal;
  // A shell, since what nobody could wake again is not stopped.
  std::string line = "set -m;";
  for (const std::string& word : sign("one")) line += " " + word;
  Process shell(at(terminal, {"sh", "-c", line + "; echo it is stopped; read go </dev/tty; fg"}));
  ASSERT_TRUE(terminal.shows("PIN: "));
  terminal.type("\x1a");
  EXPECT_TRUE(terminal.comes_to_echo(true));
  terminal.type("\n");
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  EXPECT_TRUE(terminal.comes_to_echo(false));
  terminal.type("1234\n");
  EXPECT_EQ(end_of(shell).status, 0) << terminal.screen();
}

TEST_F(PinPrompt, GivingUpIsAnErrorThatSaysHowToEnterIt) {
  Terminal terminal;
  Process one(at(terminal, sign("one")));
  ASSERT_TRUE(terminal.shows("PIN: "));
  terminal.type("\x04");
  const auto end = end_of(one);
  EXPECT_EQ(end.status, 3) << end.errors;
  EXPECT_THAT(end.errors, AllOf(HasSubstr("PinRequired"), HasSubstr("nothing was entered")));
  EXPECT_TRUE(terminal.echoes());
}

TEST_F(PinPrompt, AProgramWithoutATerminalIsToldAtOnce) {
  EXPECT_THAT(sign_without_terminal(), AllOf(HasSubstr("PinRequired"), HasSubstr("signet unlock desk")));
}

// It would be stopped with its whole job.
TEST_F(PinPrompt, AProgramInTheBackgroundOfItsTerminalIsNotAsked) {
  Terminal terminal;
  const std::string job = program("signet") + " sign " + house_.folder().write("app", "app").string();
  Process one(at(terminal, {"sh", "-c", "set -m; " + job + " & wait $!"}));
  const auto end = end_of(one);
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("PinRequired"), HasSubstr("signet unlock desk")));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("PIN: ")));
}

TEST_F(PinPrompt, IsWithdrawnWhenTheAgentEnds) {
  Terminal terminal;
  Process one(at(terminal, sign("app")));
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  house_.agent().send_signal(SIGTERM);
  EXPECT_THAT(end_of(one).errors, HasSubstr("the agent ends while the PIN of token desk is waited for"));
  EXPECT_TRUE(terminal.comes_to_echo(true));
}

TEST_F(PinPrompt, UnlockingElsewhereWithdrawsThePrompt) {
  Terminal terminal;
  Process one(at(terminal, sign("one")));
  ASSERT_TRUE(terminal.shows("PIN: "));
  unlock();
  EXPECT_EQ(end_of(one).status, 0) << terminal.screen();
  EXPECT_TRUE(terminal.echoes());
}

TEST_F(PinPrompt, UnlockServesProgramsWithoutATerminalUntilLock) {
  unlock();
  EXPECT_EQ(sign_without_terminal(), "signed");
  EXPECT_THAT(house_.run({"signet", "unlock", "desk"}).output, HasSubstr("needs no PIN now"));
  EXPECT_EQ(house_.run({"signet", "lock", "desk"}).status, 0);
  EXPECT_THAT(sign_without_terminal(), AllOf(HasSubstr("PinRequired"), HasSubstr("when the token was locked")));
  unlock();
  EXPECT_EQ(house_.run({"signet", "lock"}).status, 0);
  EXPECT_THAT(sign_without_terminal(), HasSubstr("PinRequired"));
}

TEST_F(PinPrompt, UnlockSaysThatThePinWasWrong) {
  Terminal terminal;
  Process unlock(at(terminal, {"signet", "unlock", "desk"}));
  ASSERT_TRUE(terminal.shows("PIN: "));
  terminal.type("0000\n");
  const auto end = end_of(unlock);
  EXPECT_EQ(end.status, 3) << end.errors;
  EXPECT_THAT(end.errors, AllOf(HasSubstr("PinIncorrect"), HasSubstr("token desk refused the PIN")));
}

TEST_F(PinPrompt, MakingAKeyAsksToo) {
  Terminal terminal;
  Process make(at(terminal, {"signet", "key", "generate", "--token", "desk", "--label", "second"}));
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  terminal.type("1234\n");
  const auto end = end_of(make);
  EXPECT_EQ(end.status, 0) << end.errors;
}

TEST_F(PinPrompt, MakingAKeyTellsAWrongPinAndTheRightOneGoesOn) {
  Terminal terminal;
  Process make(at(terminal, {"signet", "key", "generate", "--token", "desk", "--label", "second"}));
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("refused")));
  terminal.type("0000\n");
  EXPECT_TRUE(terminal.shows("to make a key: the token refused the last one")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("PIN: ")) << terminal.screen();
  terminal.type("1234\n");
  const auto end = end_of(make);
  EXPECT_EQ(end.status, 0) << end.errors;
  const std::string told = house_.agent().errors();
  const std::size_t refusal = told.find("the token refused the PIN");
  EXPECT_NE(refusal, std::string::npos) << told;
  EXPECT_EQ(refusal, told.rfind("the token refused the PIN")) << "it is sent once";
}

// SIGKILL of the child costs no PIN; that of the keeper does.
TEST_F(PinPrompt, ThePinOutlivesTheChildAndGoesWithTheKeeper) {
  unlock();
  const pid_t keeper = children_of(house_.agent().pid()).at(0);
  ASSERT_EQ(::kill(children_of(keeper).at(0), SIGKILL), 0);
  EXPECT_EQ(sign_without_terminal(), "signed");
  ASSERT_EQ(::kill(keeper, SIGKILL), 0);
  std::string answer = sign_without_terminal();
  if (answer.contains("WorkerFailed")) answer = sign_without_terminal();
  EXPECT_THAT(answer, HasSubstr("PinRequired"));
}

class PinKept : public PinPrompt {
 protected:
  PinKept() : PinPrompt({.pin_source = "pin_keep = \"2s\""}) {}
};

TEST_F(PinKept, IsAskedForAnewAtTheEndOfItsTime) {
  unlock();
  EXPECT_EQ(sign_without_terminal(), "signed");
  std::string answer = "signed";
  for (const Deadline deadline = soon(); answer == "signed" && !deadline.passed();) answer = sign_without_terminal();
  EXPECT_THAT(answer, AllOf(HasSubstr("PinRequired"), HasSubstr("at the end of its time")));
  unlock();
  EXPECT_EQ(sign_without_terminal(), "signed");
}

// What a client may send where a PIN is handed in.
class EnterPin : public PinPrompt {
 protected:
  static constexpr std::string_view kCall =
      R"({"method":"org.signet.Agent.EnterPin","parameters":{"token":"desk"},"upgrade":true})";

  protocol::Channel begin(std::string_view call = kCall) {
    protocol::Channel channel = connect_to(house_);
    EXPECT_TRUE(channel.send(std::string(call) + '\0', soon()));
    return channel;
  }
  static std::string next(protocol::Channel& channel) {
    const auto message = channel.receive(soon());
    return message && *message ? **message : "end";
  }
  static std::string rest(protocol::Channel& channel) {
    std::string text = channel.take_rest();
    std::array<char, 512> some{};
    for (ssize_t size = 1; size > 0;) {
      size = ::recv(channel.fd(), some.data(), some.size(), 0);
      if (size > 0) text.append(some.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
};

TEST_F(EnterPin, TakesARecordAfterTheReply) {
  protocol::Channel channel = begin();
  EXPECT_EQ(next(channel), R"({"parameters":{}})");
  ASSERT_TRUE(
      channel.send("\x00\x04"
                   "1234"sv,
                   soon()));
  EXPECT_EQ(rest(channel), "\x01");
  EXPECT_EQ(sign_without_terminal(), "signed");
}

TEST_F(EnterPin, IsRefusedWithoutUpgrade) {
  protocol::Channel channel = begin(R"({"method":"org.signet.Agent.EnterPin","parameters":{"token":"desk"}})");
  EXPECT_THAT(next(channel), AllOf(HasSubstr("InvalidRequest"), HasSubstr("hands the connection over")));
}

TEST_F(EnterPin, IsRefusedWhereSomethingComesEarly) {
  protocol::Channel channel = connect_to(house_);
  ASSERT_TRUE(channel.send(std::string(kCall) + '\0' +
                               std::string("\x00\x04"
                                           "1234"sv),
                           soon()));
  EXPECT_THAT(next(channel), AllOf(HasSubstr("InvalidRequest"), HasSubstr("was sent after the call")));
  EXPECT_EQ(next(channel), "end");
  EXPECT_THAT(sign_without_terminal(), HasSubstr("PinRequired"));
}

TEST_F(EnterPin, IsRefusedForAnUnknownTokenOrField) {
  protocol::Channel channel =
      begin(R"({"method":"org.signet.Agent.EnterPin","parameters":{"token":"none"},"upgrade":true})");
  EXPECT_THAT(next(channel), HasSubstr("KeyNotFound"));
  protocol::Channel other =
      begin(R"({"method":"org.signet.Agent.EnterPin","parameters":{"token":"desk","pin":"1"},"upgrade":true})");
  EXPECT_THAT(next(other), HasSubstr("InvalidRequest"));
}

// One that sends nothing is given up, and one beside it is turned away meanwhile.
TEST_F(EnterPin, GivesUpWhoSendsNothing) {
  protocol::Channel silent = begin();
  ASSERT_EQ(next(silent), R"({"parameters":{}})");
  protocol::Channel second = begin();
  ASSERT_EQ(next(second), R"({"parameters":{}})");
  EXPECT_THAT(rest(second), HasSubstr("another one is being handed in"));
  EXPECT_THAT(rest(silent), HasSubstr("did not come in time"));
  unlock();
}

TEST_F(EnterPin, WaitsForOneThatSendsNothingWithoutAskingAgain) {
  protocol::Channel silent = begin();
  ASSERT_EQ(next(silent), R"({"parameters":{}})");
  unlock();
  EXPECT_THAT(rest(silent), HasSubstr("did not come in time"));
}

TEST_F(EnterPin, RefusesWhatIsNoRecord) {
  protocol::Channel channel = begin();
  ASSERT_EQ(next(channel), R"({"parameters":{}})");
  ASSERT_TRUE(channel.send("1234\n", soon()));
  EXPECT_THAT(rest(channel), HasSubstr("what came is no PIN"));
}

TEST_F(EnterPin, IsInTheAuditLogWithoutThePin) {
  unlock();
  ASSERT_EQ(house_.run({"signet", "lock"}).status, 0);
  std::string all;
  for (const std::string& line : audit_lines(house_)) all += line + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr(R"("operation":"enter_pin")"), HasSubstr(R"("operation":"lock")")));
  EXPECT_THAT(all, Not(HasSubstr("1234")));
}

}  // namespace
}  // namespace signet::test
