// A token that wants a finger for each signature, and several who ask for one (D5, D13).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "common/file.h"
#include "protocol/agent_messages.h"
#include "tests/integration/wire.h"
#include "tests/support/length.h"
#include "tests/support/touch_module.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using protocol::ItemResult;
using protocol::Progress;
using protocol::ProgressKind;
using protocol::SignReply;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kTouchDesk =
    "touch token desk to sign " + std::string(kDigest) + " as " + std::string(Household::kSan);

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

std::string sign_items(std::size_t items, std::string_view output, std::string_view more = "") {
  std::string text = R"({"output":")" + std::string(output) + "\"" + std::string(more) + R"(,"items":[)";
  for (std::size_t i = 0; i < items; ++i) {
    text += std::string(i == 0 ? "" : ",") + R"({"digest":")" + std::string(kDigest) + "\"}";
  }
  return text + "]}";
}

// One client that has asked, and what it hears.
class Asker {
 public:
  Asker(const Household& house, std::string_view parameters) : channel_(connect_to(house)) {
    send_call(channel_, "Sign", parameters);
  }

  /// The next thing it hears; an error where the call ended with one.
  Result<SignReply> hear() {
    auto text = channel_.receive(soon());
    if (!text) return fail(std::move(text.error()));
    if (!*text) return fail(ErrorCode::Bug, "the agent closed the connection");
    auto reply = protocol::parse_reply(**text);
    if (!reply) return fail(std::move(reply.error()));
    if (reply->error) return fail(protocol::error_from_reply(*reply));
    return protocol::parse_sign_reply(reply->parameters);
  }
  /// The next progress of that kind; with a place in the queue, where that is asked for.
  Progress hear(ProgressKind kind, bool with_place = false) {
    for (;;) {
      auto news = hear();
      if (!news || !news->progress) {
        ADD_FAILURE() << (news ? "a result instead of progress" : news.error().sentence());
        return {};
      }
      if (news->progress->kind == kind && news->progress->place.has_value() == with_place) return *news->progress;
    }
  }
  /// The next result, whatever comes before it.
  ItemResult result() {
    for (;;) {
      auto news = hear();
      if (!news) {
        ItemResult failed;
        failed.failure = news.error();
        return failed;
      }
      if (news->result) return *news->result;
    }
  }
  /// True where nothing has come that was not heard.
  [[nodiscard]] bool hears_nothing() { return !channel_.receive(Deadline::after(0ms)); }

 private:
  protocol::Channel channel_;
};

class Touch : public ::testing::Test {
 protected:
  Touch() { allow_everything(false); }

  void allow_everything(bool allow) const { module_.allow_everything(allow); }
  void touch() const { module_.touch(); }

  // What is told of a touch, for as long as it is awaited.
  [[nodiscard]] std::filesystem::path write_notify_program() const {
    const auto file = module_.write("notify",
                                    "#!/bin/sh\n"
                                    "cd " +
                                        module_.beside("").string() +
                                        "\n"
                                        "trap 'echo over >over; exit' TERM\n"
                                        "printf '%s\\n' \"$SIGNET_TOKEN\" \"$SIGNET_TITLE\" \"$SIGNET_TEXT\" >telling\n"
                                        "mv telling told\n"
                                        "while :; do sleep 0.02; done\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }
  [[nodiscard]] bool appears(const char* file) const {
    for (const Deadline deadline = soon(); !deadline.passed(); ::usleep(10'000)) {
      if (std::filesystem::exists(module_.beside(file))) return true;
    }
    return false;
  }

  TouchModule module_;
  Household house_{{.module = module_.path().string(),
                    .module_environment = module_.environment(),
                    .extra_configuration = "[touch]\nnotify = [\"" + write_notify_program().string() + "\"]\n",
                    .use = R"(["git", "statement", "blob", "raw"])"}};
};

TEST_F(Touch, IsAskedForOnceAtATimeAndTheOthersHearTheirPlace) {
  Asker first(house_, sign_items(1, "raw"));
  EXPECT_EQ(first.hear(ProgressKind::TouchNeeded).text, kTouchDesk);
  Asker second(house_, sign_items(1, "raw"));
  EXPECT_EQ(second.hear(ProgressKind::Signing, true).place, 1);
  Asker third(house_, sign_items(1, "raw"));
  const Progress waiting = third.hear(ProgressKind::Signing, true);
  EXPECT_EQ(waiting.place, 2);
  EXPECT_EQ(waiting.text, "waiting for token desk: place 2 in the queue");
  touch();
  EXPECT_TRUE(first.result().raw);
  EXPECT_EQ(third.hear(ProgressKind::Signing, true).place, 1);
  (void)second.hear(ProgressKind::TouchNeeded);
  EXPECT_TRUE(third.hears_nothing()) << "one prompt at a time";
  touch();
  EXPECT_TRUE(second.result().raw);
  (void)third.hear(ProgressKind::TouchNeeded);
  touch();
  EXPECT_TRUE(third.result().raw);
}

TEST_F(Touch, IsToldToStatusWhileItIsAwaited) {
  EXPECT_THAT(house_.run({"signet", "token", "list"}).output, Not(HasSubstr("waits for")));
  Asker asker(house_, sign_items(1, "raw"));
  (void)asker.hear(ProgressKind::TouchNeeded);
  for (const char* verb : {"status", "token"}) {
    std::vector<std::string> line = {"signet", verb};
    if (line.back() == "token") line.emplace_back("list");
    EXPECT_THAT(house_.run(line).output,
                ContainsRegex("waits for +to sign " + std::string(kDigest) + " as " + std::string(Household::kSan) +
                              "; asked by /.* \\(process " + std::to_string(::getpid()) + "\\)"))
        << verb;
  }
  touch();
  EXPECT_TRUE(asker.result().raw);
  EXPECT_THAT(house_.run({"signet", "status"}).output, Not(HasSubstr("waits for")));
}

TEST_F(Touch, IsToldToAProgramThatEndsWithIt) {
  Asker asker(house_, sign_items(1, "raw"));
  (void)asker.hear(ProgressKind::TouchNeeded);
  ASSERT_TRUE(appears("told"));
  const auto told = read_file(module_.beside("told"), 4096);
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, StartsWith("desk\ntouch token desk\nto sign " + std::string(kDigest) + " as " +
                                std::string(Household::kSan) + "; asked by /"));
  EXPECT_FALSE(std::filesystem::exists(module_.beside("over"))) << "the touch is awaited";
  touch();
  EXPECT_TRUE(asker.result().raw);
  EXPECT_TRUE(appears("over"));
}

TEST_F(Touch, OfATokenThatIsReleasedMeanwhileEndsInTokenBusy) {
  Asker asker(house_, sign_items(1, "raw"));
  (void)asker.hear(ProgressKind::TouchNeeded);
  EXPECT_EQ(house_.run({"signet", "token", "release", "desk"}).status, 0);
  const ItemResult ended = asker.result();
  ASSERT_TRUE(ended.failure);
  EXPECT_EQ(ended.failure->code, ErrorCode::TokenBusy) << ended.failure->sentence();
  EXPECT_EQ(ended.failure->remedy, "signet token reacquire desk");
}

TEST_F(Touch, ThatNobodyAwaitsIsToldToNobody) {
  allow_everything(true);
  Asker asker(house_, sign_items(3, "raw"));
  EXPECT_TRUE(asker.result().raw);
  EXPECT_FALSE(std::filesystem::exists(module_.beside("told")));
}

// What a client gave up stays in the module, which nobody can call back.
TEST_F(Touch, ForARequestThatWasGivenUpComesFirstAndWhoeverWaitsIsToldAtOnce) {
  std::optional<Asker> gone(std::in_place, house_, sign_items(1, "raw"));
  EXPECT_EQ(gone->hear(ProgressKind::TouchNeeded).text, kTouchDesk);
  gone.reset();
  for (const Deadline deadline = soon(); !audit_lines(house_).back().contains(R"("error":"Cancelled")");) {
    ASSERT_FALSE(deadline.passed());
    ::usleep(10'000);
  }
  Asker next(house_, sign_items(1, "raw"));
  const std::string note = "; token desk may still wait for a touch of a request that was given up, which comes first";
  EXPECT_EQ(next.hear(ProgressKind::TouchNeeded).text, kTouchDesk + note);
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr(note + "; asked by"));
  touch();
  EXPECT_EQ(next.hear(ProgressKind::TouchNeeded).text, kTouchDesk) << "then it is this one's turn";
  touch();
  EXPECT_TRUE(next.result().raw);
}

TEST_F(Touch, OfALongBatchHoldsNobodyElseUp) {
  Asker batch(house_, sign_items(20, "raw"));
  (void)batch.hear(ProgressKind::TouchNeeded);
  Asker single(house_, sign_items(1, "raw"));
  EXPECT_EQ(single.hear(ProgressKind::Signing, true).place, 1);
  touch();
  EXPECT_EQ(batch.result().index, 0);
  (void)single.hear(ProgressKind::TouchNeeded);
  touch();
  EXPECT_TRUE(single.result().raw) << "its turn came between two items";
  allow_everything(true);
  for (int i = 1; i < 20; ++i) EXPECT_EQ(batch.result().index, i);
}

TEST_F(Touch, IsCountedWhereTheCertificateNeedsOneToo) {
  ASSERT_EQ(house_.run({"signet", "logout"}).status, 0);
  Asker asker(house_, sign_items(1, "bundle"));
  EXPECT_EQ(asker.hear(ProgressKind::TouchNeeded).text,
            "touch 1 of 2: certificate for " + std::string(Household::kSan) + " (token desk)");
  touch();
  EXPECT_EQ(asker.hear(ProgressKind::TouchNeeded).text, "touch 2 of 2: " + kTouchDesk);
  touch();
  EXPECT_TRUE(asker.result().bundle);
  Asker again(house_, sign_items(1, "bundle"));
  EXPECT_EQ(again.hear(ProgressKind::TouchNeeded).text, kTouchDesk) << "the certificate is there";
  touch();
  EXPECT_TRUE(again.result().bundle);
}

TEST_F(Touch, MissedThreeTimesPausesTheProgramAndSaysForHowLong) {
  for (int i = 0; i < 3; ++i) {
    // Enough for the one before it to be ended, the module to be loaded anew and the wait to be noticed.
    Asker asker(house_, sign_items(1, "raw", R"(,"deadline_ms":3000)"));
    (void)asker.hear(ProgressKind::TouchNeeded);
    const ItemResult missed = asker.result();
    ASSERT_TRUE(missed.failure);
    // Which of the two it is depends on whose time was over first: the touch's or the request's.
    EXPECT_TRUE(missed.failure->code == ErrorCode::TouchTimeout || missed.failure->code == ErrorCode::Deadline)
        << missed.failure->sentence();
  }
  allow_everything(true);
  Asker asker(house_, sign_items(1, "raw"));
  const ItemResult paused = asker.result();
  ASSERT_TRUE(paused.failure);
  EXPECT_EQ(paused.failure->code, ErrorCode::RateLimited);
  EXPECT_THAT(paused.failure->what, HasSubstr("in vain 3 times within 60 s"));
  EXPECT_THAT(paused.failure->remedy, testing::ContainsRegex("ask again in [123]?[0-9] s"));
  EXPECT_THAT(audit_lines(house_).back(), AllOf(HasSubstr(R"("event":"outcome")"), HasSubstr("RateLimited")));
  EXPECT_THAT(house_.run({"signet", "status"}).output, HasSubstr("ready")) << "asking for anything else goes on";
}

// In full: longer in the queue and at the token together than a touch may take.
TEST_F(Touch, HasItsWholeTimeFromTheMomentWhenTheTokenIsAsked) {
  const auto hesitation = static_cast<unsigned>(length(1, 15));
  Asker first(house_, sign_items(1, "raw"));
  (void)first.hear(ProgressKind::TouchNeeded);
  Asker second(house_, sign_items(1, "raw"));
  ::sleep(hesitation);
  touch();
  EXPECT_TRUE(first.result().raw);
  (void)second.hear(ProgressKind::TouchNeeded);
  ::sleep(hesitation);
  touch();
  EXPECT_TRUE(second.result().raw);
}

}  // namespace
}  // namespace signet::test
