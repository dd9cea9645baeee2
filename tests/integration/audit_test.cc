// The record of a running agent: for everything that was begun it says what came of it, whatever happens to the agent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/resource.h>

#include <map>

#include "json/fields.h"
#include "json/reader.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

struct Line {
  std::string event;
  std::string name;  ///< request, operation and item
  std::string error;
};

// Looks at the sequence numbers on the way.
std::vector<Line> read_lines(const Household& house) {
  std::vector<Line> lines;
  for (const std::string& text : audit_lines(house)) {
    const auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    json::Fields fields(*value, "line", json::UnknownFields::Tolerate);
    EXPECT_EQ(fields.integer("sequence"), static_cast<std::int64_t>(lines.size())) << text;
    Line line{.event = fields.text("event"), .name = {}, .error = {}};
    line.name = fields.optional_text("request").value_or("") + " " + fields.optional_text("operation").value_or("") +
                " " + std::to_string(fields.optional_integer("item").value_or(-1));
    if (const json::Value* result = fields.optional_value("result")) {
      json::Fields inner(*result, "result", json::UnknownFields::Tolerate);
      line.error = inner.optional_text("error").value_or("");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Each intent has one outcome, and no outcome lacks its intent.
void expect_pairs(const std::vector<Line>& lines) {
  std::map<std::string, int> open;
  for (const Line& line : lines) {
    if (line.event == "intent") ++open[line.name];
    if (line.event == "outcome") --open[line.name];
    EXPECT_THAT(open[line.name], testing::AllOf(testing::Ge(0), testing::Le(1))) << line.name;
  }
  for (const auto& [name, count] : open) EXPECT_EQ(count, 0) << name << " has no outcome";
}

std::vector<std::string> errors_of(const std::vector<Line>& lines) {
  std::vector<std::string> errors;
  for (const Line& line : lines) {
    if (line.event == "outcome") errors.push_back(line.error);
  }
  return errors;
}

class Audit : public ::testing::Test {
 protected:
  // Until the log's last line holds this text.
  [[nodiscard]] bool comes(const std::string& part) const {
    const Deadline deadline = soon();
    while (!deadline.passed()) {
      if (audit_lines(house_).back().find(part) != std::string::npos) return true;
      ::usleep(5'000);
    }
    return false;
  }

  Household house_;
};

TEST_F(Audit, HasAnOutcomeForEveryIntentWhateverCameOfIt) {
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(ask(house_, "Sign", sign_digest("raw")).bytes, HasSubstr("NotAuthorized"));
  EXPECT_THAT(ask(house_, "GenerateKey", R"({"token":"desk","label":"x","id":"01"})").bytes,
              HasSubstr("InvalidRequest"));
  ASSERT_THAT(ask(house_, "Logout", "{}").bytes, Not(HasSubstr("error")));
  house_.sandbox().set_fault("ca", "lie:other-san");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("CaRefused"));
  house_.sandbox().set_fault("ca", "none");
  house_.sandbox().set_fault("log", "refuse");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("LogUnavailable"));
  house_.sandbox().set_fault("log", "none");
  const auto lines = read_lines(house_);
  expect_pairs(lines);
  EXPECT_THAT(errors_of(lines), testing::IsSupersetOf({"", "InvalidRequest", "CaRefused", "LogUnavailable"}));
  EXPECT_EQ(std::ranges::count(lines, "denied", &Line::event), 1) << "the raw signature";
}

TEST_F(Audit, KeepsWhatWasAnsweredWhenTheAgentIsKilled) {
  const Answer answer = ask(house_, "Sign", sign_digest("bundle"));
  house_.agent().send_signal(SIGKILL);
  ASSERT_TRUE(house_.agent().wait(soon()));
  ASSERT_THAT(answer.bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(audit_lines(house_).back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr(R"("log_index":)")));
  house_.restart_agent();
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

TEST_F(Audit, SignsNothingOnAFullDiskAndGoesOnWhenThereIsRoom) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  const auto timestamps = house_.sandbox().counter("timestamps");
  const auto size = std::filesystem::file_size(house_.audit_log());
  rlimit before{};
  const rlimit full{.rlim_cur = size + 10, .rlim_max = RLIM_INFINITY};
  ASSERT_EQ(::prlimit(house_.agent().pid(), RLIMIT_FSIZE, &full, &before), 0);
  const Answer refused = ask(house_, "Sign", sign_digest("bundle"));
  EXPECT_THAT(refused.bytes, AllOf(HasSubstr("AuditUnavailable"), HasSubstr("make room on the disk"),
                                   Not(HasSubstr("messageSignature"))));
  EXPECT_EQ(house_.sandbox().counter("timestamps"), timestamps) << "nobody was asked for anything";
  EXPECT_EQ(std::filesystem::file_size(house_.audit_log()), size) << "no part of a line stays";
  ASSERT_EQ(::prlimit(house_.agent().pid(), RLIMIT_FSIZE, &before, nullptr), 0);
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

TEST_F(Audit, SaysThatAClientWentAway) {
  house_.sandbox().set_fault("ca", "hang");
  {
    auto channel = connect_to(house_);
    send_call(channel, "Sign", sign_digest("bundle"));
    ASSERT_TRUE(comes(R"("event":"intent")"));
  }
  EXPECT_TRUE(comes(R"("error":"Cancelled")"));
  house_.sandbox().set_fault("ca", "none");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  expect_pairs(read_lines(house_));
}

// Whoever finds the worker's socket could have things signed that no line of the log tells of.
TEST_F(Audit, CannotBePassedByAtTheWorkersSocket) {
  const auto worker = house_.folder() / "run/token/desk.sock";
  ASSERT_TRUE(std::filesystem::exists(worker));
  const auto end =
      house_.run({"sh", "-c",
                  "printf '{\"method\":\"org.signet.Token.Info\",\"parameters\":{}}\\0' | socat -t 5 - UNIX-CONNECT:" +
                      worker.string()});
  EXPECT_EQ(end.output, "");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
}

TEST_F(Audit, SaysWhatBecameOfRequestsWhenTheAgentEnds) {
  house_.sandbox().set_fault("ca", "hang");
  auto channel = connect_to(house_);
  send_call(channel, "Sign", sign_digest("bundle"));
  ASSERT_TRUE(comes(R"("operation":"certificate")"));
  house_.agent().send_signal(SIGTERM);
  const auto end = house_.agent().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_THAT(receive_answer(channel).bytes, Not(HasSubstr("messageSignature")));
  expect_pairs(read_lines(house_));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(house_.socket())));
}

}  // namespace
}  // namespace signet::test
