// A key in PIV slot 9C through real parts: a virtual card, pcscd, ykcs11, signet-module, signet-token. Each signature
// wants the PIN and a touch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/card/card_worker.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class PivSlot9c : public CardWorkerTest {
 protected:
  void start(const CardSetup& setup = with_touch(), const std::string& pin = "123456") {
    CardWorkerTest::start(ykcs11_door(), setup, pin);
  }
};

TEST_F(PivSlot9c, IsListedAsAKeyThatAlwaysAuthenticates) {
  start();
  EXPECT_EQ(key_.id, "02");
  EXPECT_EQ(key_.algorithm, "p256");
  EXPECT_TRUE(key_.always_authenticate);
}

TEST_F(PivSlot9c, SignsWithThePinDirectlyBeforeTheSignature) {
  start();
  const auto signature = sign(*channel_, key_, digest_of("a commit"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key_.public_key, digest_of("a commit"), *signature));
  EXPECT_EQ(card_->count_signatures(), 1);
  ASSERT_TRUE(sign(*channel_, key_, digest_of("a tag")));
  EXPECT_EQ(card_->count_signatures(), 2);
  expect_pin_directly_before_each_signature();
}

TEST_F(PivSlot9c, SaysThatItWaitsWhileATouchTakesTwoSeconds) {
  start();
  card_->set_touch(std::chrono::seconds(2));
  const auto begun = std::chrono::steady_clock::now();
  send_call(*channel_, "org.signet.Token.Sign", request_for("a commit").encode(), true);
  const Answer answer = receive_answer(*channel_);
  ASSERT_TRUE(answer.parameters) << answer.parameters.error().sentence();
  EXPECT_EQ(answer.waiting, 1);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  const auto reply = protocol::parse_token_sign_reply(*answer.parameters);
  ASSERT_TRUE(reply && reply->signature);
  EXPECT_TRUE(verifies(key_.public_key, digest_of("a commit"), *reply->signature));
  EXPECT_EQ(card_->count_signatures(), 1);
}

TEST_F(PivSlot9c, SendsNoProgressToACallThatDidNotAskForIt) {
  start();
  card_->set_touch(milliseconds(900));
  send_call(*channel_, "org.signet.Token.Sign", request_for("a commit").encode(), false);
  const Answer answer = receive_answer(*channel_);
  EXPECT_TRUE(answer.parameters);
  EXPECT_EQ(answer.waiting, 0);
}

TEST_F(PivSlot9c, CancelDuringTheTouchCostsNothingButThatSignature) {
  start();
  card_->set_touch(std::chrono::seconds(2));
  send_call(*channel_, "org.signet.Token.Sign", request_for("given up").encode(), true);
  const auto waiting = channel_->receive(soon());
  ASSERT_TRUE(waiting && *waiting);
  EXPECT_THAT(**waiting, HasSubstr("waiting"));
  EXPECT_EQ(card_->count_signatures(), 1);
  channel_.emplace(worker_->connect());  // closes the old connection
  card_->set_touch(milliseconds(0));
  const auto signature = sign(*channel_, key_, digest_of("the next"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key_.public_key, digest_of("the next"), *signature));
  EXPECT_EQ(card_->count_signatures(), 2);
  expect_pin_directly_before_each_signature();
}

TEST_F(PivSlot9c, CancelBeforeTheTouchAsksForNone) {
  start();
  card_->set_touch(std::chrono::seconds(2));
  send_call(*channel_, "org.signet.Token.Sign", request_for("first").encode(), true);
  ASSERT_TRUE(channel_->receive(soon()));  // waiting
  {
    auto impatient = worker_->connect();
    send_call(impatient, "org.signet.Token.Sign", request_for("second").encode(), true);
  }
  ASSERT_TRUE(receive_answer(*channel_).parameters);
  card_->set_touch(milliseconds(0));
  ASSERT_TRUE(sign(*channel_, key_, digest_of("third")));
  EXPECT_EQ(card_->count_signatures(), 2) << "the finger was asked for twice, not three times";
}

TEST_F(PivSlot9c, ATouchThatNeverComesEndsTheWorkerAndNotThePin) {
  start();
  card_->set_touch(std::chrono::minutes(5));
  const pid_t first = worker_->child();
  const auto lost = sign(*channel_, key_, digest_of("x"), milliseconds(1500));
  ASSERT_FALSE(lost);
  EXPECT_NE(worker_->child(first), first);
  std::filesystem::remove(folder_ / "pin");
  card_->set_touch(milliseconds(0));
  card_->press();  // pcscd itself waits for the card, whoever asked
  auto next = worker_->connect();
  const auto signature = sign(next, key_, digest_of("y"));
  EXPECT_TRUE(signature) << signature.error().sentence();
}

TEST_F(PivSlot9c, AWrongPinIsSentOnceAndNeverAgain) {
  start(with_touch(), "654321");
  for (int round = 0; round < 3; ++round) {
    const auto refused = sign(*channel_, key_, digest_of("x"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PinIncorrect) << refused.error().sentence();
  }
  EXPECT_EQ(card_->count_pins(), 1);
  EXPECT_EQ(card_->count_signatures(), 0);
}

TEST_F(PivSlot9c, NoPinIsSentWithOneTryLeft) {
  start({.tries = 1});
  const auto refused = sign(*channel_, key_, digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PinLocked) << refused.error().sentence();
  EXPECT_THAT(refused.error().what, HasSubstr("one more wrong PIN"));
  EXPECT_EQ(card_->count_pins(), 0);
}

TEST_F(PivSlot9c, ACardThatWasPulledAndPutBackSignsAgain) {
  start();
  ASSERT_TRUE(sign(*channel_, key_, digest_of("before")));
  const pid_t child = worker_->child();
  card_->remove();
  const auto gone = sign(*channel_, key_, digest_of("meanwhile"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::TokenRemoved) << gone.error().sentence();
  card_->insert();
  const auto signature = sign(*channel_, key_, digest_of("after"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(key_.public_key, digest_of("after"), *signature));
  EXPECT_EQ(worker_->child(), child) << "the process lives on";
  EXPECT_EQ(card_->count_signatures(), 2);
}

TEST_F(PivSlot9c, AnotherProgramThatResetsTheCardDoesNoHarm) {
  start();
  ASSERT_TRUE(sign(*channel_, key_, digest_of("before")));
  const auto other =
      run({.arguments = {"yubico-piv-tool", "-a", "status"}, .environment = card_->environment()}, soon());
  ASSERT_EQ(other.status, 0) << other.errors;
  const auto signature = sign(*channel_, key_, digest_of("after"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_EQ(card_->count_signatures(), 2);
}

}  // namespace
}  // namespace signet::test
