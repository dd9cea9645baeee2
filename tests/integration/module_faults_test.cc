// A token's module that hangs, crashes, lies or does as it likes with its process: the request ends in an error that
// says so, the next one works, and the other token notices nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "common/file.h"
#include "tests/integration/token_house.h"
#include "tests/support/length.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Fault {
  std::string what;   ///< the line for the module
  std::string code;   ///< of the error
  std::string text;   ///< in it
  bool anew = false;  ///< in what is called when the module is loaded
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.what; }

class Faults : public ::testing::Test {
 protected:
  Faults() {
    EXPECT_THAT(there_.sign(), HasSubstr("messageSignature"));
    EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature"));
    sound_ = there_.worker("sound");
  }
  // With the fault: the error. Without it: all is well. And beside it the other token, served by the same processes.
  void expect_named(const Fault& fault, milliseconds deadline = {}) {
    if (fault.anew) there_.begin_anew();
    there_.set_fault(fault.what);
    const auto begin = steady_clock::now();
    const std::string answer = there_.sign("desk", deadline);
    if (deadline.count() > 0) {
      EXPECT_LT(steady_clock::now() - begin, deadline + std::chrono::seconds(runs_in_full() ? 1 : 20)) << fault;
    }
    EXPECT_THAT(answer, AllOf(HasSubstr("\"" + fault.code + "\""), HasSubstr(fault.text), HasSubstr("token desk"),
                              HasSubstr("\"remedy\""), Not(HasSubstr("messageSignature"))))
        << fault;
    EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature")) << fault;
    there_.clear_fault();
    EXPECT_THAT(there_.sign(), HasSubstr("messageSignature")) << fault << ": the next request";
    EXPECT_EQ(there_.worker("sound"), sound_) << fault;
  }

  TokenHouse there_;
  WorkerPids sound_;
};

TEST_F(Faults, AModuleThatCrashesIsAskedOnceMoreAndThenNamed) {
  const std::string ended = "ended during the operation";
  for (const std::string function : {"C_Sign", "C_SignInit"}) {
    for (const std::string end : {"segv", "abort", "exit", "_exit"}) {
      there_.forget_calls();
      expect_named({function + " " + end, "WorkerFailed", ended});
      const long calls = there_.calls("C_Sign");
      // Under a sanitizer ending may take so long that somebody could have been asked to touch the token.
      const bool one_less = end.ends_with("exit") && function == "C_Sign" && calls == 2;
      EXPECT_TRUE(one_less || calls == (function == "C_Sign" ? 3 : 1)) << "two in vain, and the next request's";
    }
  }
  for (const std::string function : {"C_Initialize", "C_GetSlotList", "C_OpenSession", "C_FindObjects"}) {
    expect_named({function + " segv", "WorkerFailed", ended, true});
  }
  expect_named({"C_GetTokenInfo abort", "WorkerFailed", ended, true});
}

TEST_F(Faults, ALieIsSeen) {
  for (const Fault& fault : std::vector<Fault>{
           {"C_Sign short", "WorkerFailed", "signature"},
           {"C_Sign empty", "WorkerFailed", "signature"},
           {"C_Sign huge", "WorkerFailed", "signature"},
           {"C_Sign untouched", "WorkerFailed", "signature"},
           {"C_FindObjects endless", "LimitExceeded", "more than 1,000 objects", true},
           {"C_FindObjects count", "LimitExceeded", "more than 1,000 objects", true},
           {"C_FindObjects untouched", "KeyNotFound", "is not on the token", true},
           {"C_GetAttributeValue huge", "LimitExceeded", "longer than 64 KiB", true},
           {"C_GetAttributeValue untouched", "KeyNotFound", "another public key", true},
           {"C_GetSlotList untouched", "TokenRemoved", "no token with the label", true},
           {"C_GetSlotList huge", "LimitExceeded", "more than 1,000 slots", true},
       }) {
    expect_named(fault);
  }
}

TEST_F(Faults, AValueThatNobodyKnowsIsShownAsItIs) {
  for (const Fault& fault : std::vector<Fault>{
           {"C_Sign 0xDEADBEEF", "Bug", "0xDEADBEEF"},
           {"C_Sign 0x80000001", "Bug", "0x80000001"},
           {"C_SignInit 0xDEADBEEF", "Bug", "0xDEADBEEF"},
           {"C_OpenSession 0xDEADBEEF", "Bug", "unknown value 0x", true},
           {"C_GetSlotList 0xDEADBEEF", "Bug", "0xDEADBEEF", true},
           {"C_Initialize 0xDEADBEEF", "Bug", "unknown value 0x", true},
           {"C_FindObjectsInit 0x80000001", "Bug", "0x80000001", true},
           {"C_Sign 0x32", "TokenRemoved", "CKR_DEVICE_REMOVED"},
           {"C_Sign 0x30", "TokenRemoved", "CKR_DEVICE_ERROR"},
           {"C_Sign 0x5", "WorkerFailed", "CKR_GENERAL_ERROR"},
           {"C_Initialize 0x5", "WorkerFailed", "CKR_GENERAL_ERROR", true},
       }) {
    expect_named(fault);
  }
}

// The client hears of its own deadline; the process is ended a second later, so the next request finds another one.
TEST_F(Faults, AModuleThatHangsCostsTheClientItsDeadlineAndNobodyElseAnything) {
  const WorkerPids before = there_.worker();
  for (const std::string fault : {"C_Sign hang", "C_SignInit hang", "C_Sign spin"}) {
    // Whether it hangs or waits to be touched cannot be told from outside.
    expect_named({fault, "Deadline", "in time"}, milliseconds(1000));
  }
  EXPECT_EQ(there_.worker().keeper, before.keeper);
  EXPECT_NE(there_.worker().child, before.child);
}

// Loading has its own time, which a hurried client does not shorten: see kOpeningTime.
TEST_F(Faults, AModuleThatHangsWhenItIsLoadedIsEndedToo) {
  std::vector<std::string> functions = {"C_Initialize"};
  if (runs_in_full()) functions = {"C_Initialize", "C_GetSlotList", "C_OpenSession", "C_Login", "C_FindObjects"};
  for (const std::string& function : functions) {
    expect_named({function + " hang", "Deadline", "token desk did not answer", true}, milliseconds(1000));
  }
}

// Nobody waits for a session to be closed, so nobody's deadline covers it.
TEST_F(Faults, AModuleThatHangsWhenASessionIsClosedIsEndedToo) {
  for (const std::string function : {"C_DestroyObject", "C_CloseSession"}) {
    EXPECT_THAT(there_.sign("fleeting"), HasSubstr("messageSignature"));
    there_.set_fault(function + " hang");
    const std::string answer = there_.sign("fleeting", milliseconds(2000));
    EXPECT_THAT(answer, AnyOf(HasSubstr("messageSignature"), HasSubstr("\"Deadline\""))) << function;
    there_.clear_fault();
    EXPECT_TRUE(there_.signs_soon()) << function;
    EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature")) << function;
  }
}

TEST_F(Faults, WhatAModuleDoesToItsOwnProcessStaysThere) {
  for (const std::string harm : {"noise", "handlers", "folder", "fork"}) {
    there_.begin_anew();
    there_.set_fault("C_SignInit " + harm);
    EXPECT_THAT(there_.sign(), HasSubstr("messageSignature")) << harm;
    EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature")) << harm;
    there_.clear_fault();
    const WorkerPids worker = there_.worker();
    const auto left = children_of(worker.child);
    EXPECT_EQ(left.size(), harm == "fork" ? 1U : 0U);
    there_.begin_anew();
    for (const pid_t pid : left) EXPECT_TRUE(has_ended(pid)) << "what a module starts ends with it";
    EXPECT_THAT(there_.sign(), HasSubstr("messageSignature")) << harm;
  }
  expect_named({"C_SignInit descriptors", "WorkerFailed", "ended during the operation"});
}

// Until it gets no more: 2 GiB, which is less than it wants.
TEST_F(Faults, AModuleThatEatsMemoryIsGivenNoMoreThanItsShare) {
  const std::string limits = "/proc/" + std::to_string(there_.worker().child) + "/limits";
  const auto text = read_file(limits, 1U << 16U);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, AnyOf(testing::ContainsRegex("Max data size +2147483648 +2147483648"),
                           testing::ContainsRegex("Max data size +unlimited")))
      << "unlimited under sanitizers alone";
  if (text->find("2147483648") == std::string::npos) return;
  there_.set_fault("C_SignInit memory");
  const std::string answer = there_.sign();
  EXPECT_THAT(answer, AnyOf(HasSubstr("messageSignature"), AllOf(HasSubstr("WorkerFailed"), HasSubstr("token desk"))));
  EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature"));
  there_.clear_fault();
  EXPECT_TRUE(there_.signs_soon());
}

TEST_F(Faults, TextsFromATokenAreMadeSafeToShow) {
  there_.begin_anew();
  there_.set_fault("C_GetTokenInfo control");
  const std::string status = ask(there_.house(), "Status", "{}").bytes;
  EXPECT_THAT(status, AllOf(HasSubstr(R"("name":"desk","state":"ready")"), HasSubstr("\xef\xbf\xbd\xef\xbf\xbd"),
                            Not(HasSubstr("\\u001b")), Not(HasSubstr("\033"))));
  there_.set_fault("C_GetAttributeValue control");
  const std::string keys = ask(there_.house(), "Keys", R"({"token":"desk"})").bytes;
  EXPECT_THAT(keys, AllOf(HasSubstr("\xef\xbf\xbd\xef\xbf\xbd"), Not(HasSubstr("\\u001b")), Not(HasSubstr("\033"))));
}

TEST_F(Faults, ATokenThatComesAndGoesIsMissedByItsName) {
  there_.begin_anew();
  there_.forget_calls();
  there_.set_fault("C_GetSlotList flicker");
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(there_.sign(), AnyOf(HasSubstr("messageSignature"), HasSubstr("token desk: no token"),
                                     AllOf(HasSubstr("token desk: "), HasSubstr("C_GetSlotList"))));
  }
  EXPECT_GE(there_.calls("flicker"), 1) << "it was away";
  there_.clear_fault();
  there_.begin_anew();
  EXPECT_THAT(there_.sign(), HasSubstr("messageSignature"));
  const auto tokens = there_.house().token().configuration().parent_path() / "tokens";
  const auto token = std::filesystem::directory_iterator(tokens)->path();
  const auto away = tokens.parent_path() / "away";
  std::filesystem::rename(token, away);
  there_.begin_anew();
  EXPECT_THAT(there_.sign(), AllOf(HasSubstr("TokenRemoved"), HasSubstr("token desk: no token with the label"),
                                   HasSubstr("plug the token in")));
  const auto listed = there_.house().run({"signet", "key", "list"});
  EXPECT_EQ(listed.status, 3) << "a token that was not read is no empty one";
  EXPECT_THAT(listed.errors, HasSubstr("the keys of token desk are not listed: token desk: no token with the label"));
  EXPECT_THAT(listed.output, AllOf(HasSubstr("token      sound"), Not(HasSubstr("no keys"))));
  EXPECT_THAT(there_.sign("sound"), HasSubstr("messageSignature"));
  std::filesystem::rename(away, token);
  EXPECT_TRUE(there_.signs_soon());
}

// A module that crashes whenever it is loaded is not started on and on; whoever asks meanwhile hears why.
TEST_F(Faults, AModuleThatCrashesWheneverItIsLoadedIsStartedSeldom) {
  there_.begin_anew();
  there_.set_fault("C_Initialize segv");
  std::vector<std::string> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(there_.sign());
  EXPECT_THAT(answers, testing::Each(HasSubstr("WorkerFailed")));
  EXPECT_THAT(answers, testing::Contains(HasSubstr(
                           "token desk cannot be asked: signet-module ended by signal 11; it is started anew in")));
  EXPECT_THAT(ask(there_.house(), "Status", "{}").bytes, HasSubstr("\"name\":\"desk\""));
  there_.clear_fault();
  EXPECT_TRUE(there_.signs_soon());
}

}  // namespace
}  // namespace signet::test
