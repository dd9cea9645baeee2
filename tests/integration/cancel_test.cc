// A client that goes away: what it asked for is withdrawn or discarded, on record, and nobody else pays for it (D14).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "tests/integration/token_house.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

class Cancel : public ::testing::Test {
 protected:
  Cancel() {
    EXPECT_THAT(there_.sign(), HasSubstr("messageSignature"));
    there_.forget_calls();
  }
  [[nodiscard]] long cancelled() {
    return std::ranges::count_if(audit_lines(there_.house()), [](const std::string& line) {
      return line.find(R"("event":"outcome")") != std::string::npos &&
             line.find(R"("error":"Cancelled")") != std::string::npos;
    });
  }
  [[nodiscard]] bool comes_cancelled(long number) {
    for (int i = 0; i < 6000 && cancelled() < number; ++i) ::usleep(10'000);
    return cancelled() == number;
  }
  protocol::Channel begin() {
    auto channel = connect_to(there_.house());
    send_call(channel, "Sign", TokenHouse::wish("desk"));
    return channel;
  }

  TokenHouse there_;
};

TEST_F(Cancel, InTheMiddleOfASignatureDiscardsItAndLeavesTheProcessToTheOthers) {
  const WorkerPids before = there_.worker();
  there_.set_fault("C_Sign hang");
  {
    const auto gone = begin();
    ASSERT_TRUE(there_.come_signatures(1));
  }
  EXPECT_TRUE(comes_cancelled(1));
  EXPECT_EQ(there_.worker(), before) << "its deadline has not passed";
  EXPECT_EQ(there_.calls("C_Sign"), 1) << "what was cancelled is not asked for again";
  there_.clear_fault();
  EXPECT_TRUE(there_.signs_soon());
}

TEST_F(Cancel, InTheQueueMeansThatTheTokenIsNeverAsked) {
  there_.set_fault("C_Sign hang");
  const auto first = begin();
  ASSERT_TRUE(there_.come_signatures(1));
  {
    auto queued = begin();
    const auto said = queued.receive(Deadline::after(std::chrono::minutes(1)));
    ASSERT_TRUE(said && *said);
    EXPECT_THAT(**said, HasSubstr("asking token desk"));
  }
  EXPECT_TRUE(comes_cancelled(1));
  EXPECT_EQ(there_.calls("C_Sign"), 1);
}

TEST_F(Cancel, IsNotWhatAHalfCloseMeans) {
  auto channel = begin();
  ASSERT_EQ(::shutdown(channel.fd(), SHUT_WR), 0);
  EXPECT_THAT(receive_answer(channel).bytes, HasSubstr("messageSignature"));
  EXPECT_EQ(cancelled(), 0);
}

}  // namespace
}  // namespace signet::test
