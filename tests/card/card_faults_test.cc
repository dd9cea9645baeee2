// What a test can do to the reader, seen by another program through the real pcscd.
#include <gtest/gtest.h>

#include <thread>

#include "common/hex.h"
#include "tests/card/card_guest.h"
#include "tests/card/virtual_card.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }
const std::string_view kSelect = "00a4040005a000000308";
const std::string_view kVerify = "0020008008313233343536ffff";
const std::string_view kSign = "0087119c267c2482008120000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const CardSetup kNoPin = {.keys = {{.pin_policy = 1, .touch_policy = 2}}};

class CardFaults : public ::testing::Test {
 protected:
  void start(const CardSetup& setup = kNoPin, const std::optional<CardSetup>& second = std::nullopt) {
    reader_.emplace(setup, second);
    guest_.emplace(*reader_);
  }
  std::string ask(std::string_view apdu) { return guest_->transmit(hex(apdu)); }
  /// In one transaction, so that the power stays on in between.
  void select_and_hold() {
    guest_->hold();
    ASSERT_TRUE(ask(kSelect).ends_with("9000"));
  }
  std::string serial(CardGuest& guest) {
    (void)guest.transmit(hex(kSelect));
    return guest.transmit(hex("00f80000"));
  }

  std::optional<VirtualCard> reader_;
  std::optional<CardGuest> guest_;
};

TEST_F(CardFaults, AFingerThatComesInTimeLetsTheSignatureOut) {
  start();
  select_and_hold();
  reader_->set_touch(milliseconds(300));
  const auto begun = steady_clock::now();
  EXPECT_TRUE(ask(kSign).ends_with("9000"));
  EXPECT_GE(steady_clock::now() - begun, milliseconds(300));
}

TEST_F(CardFaults, AFingerThatComesTooLateIsNone) {
  start();
  select_and_hold();
  reader_->set_touch(std::chrono::minutes(5));
  reader_->set_touch_limit(milliseconds(200));
  EXPECT_EQ(ask(kSign), "6982");
  EXPECT_EQ(reader_->count_signatures(), 1);
}

TEST_F(CardFaults, ACardThatIsPulledWithinACommandGivesNoAnswer) {
  start();
  select_and_hold();
  reader_->remove_at_apdu(2);
  EXPECT_TRUE(ask("00fd0000").ends_with("9000"));
  EXPECT_EQ(ask(kSign), "") << "the second from there: the driver calls it a success of no bytes";
  EXPECT_EQ(reader_->apdus().back().status, "");
  EXPECT_TRUE(ask("00fd0000").starts_with("failed")) << "it stays out";
  reader_->insert();
  guest_->release();
  select_and_hold();
  EXPECT_TRUE(ask(kSign).ends_with("9000"));
}

TEST_F(CardFaults, GarbageComesOnceAndIsTheSameEachTime) {
  start();
  select_and_hold();
  reader_->answer_garbage_at_apdu(1, 33);
  const std::string garbage = ask("00fd0000");
  EXPECT_EQ(garbage.size(), 66U);
  EXPECT_EQ(ask("00fd0000"), "0504039000");
  reader_->answer_garbage_at_apdu(1, 33);
  EXPECT_EQ(ask("00fd0000"), garbage);
}

TEST_F(CardFaults, ASlowCardTakesItsTimeForEachAnswer) {
  start();
  select_and_hold();
  reader_->set_slow(milliseconds(200));
  const auto begun = steady_clock::now();
  EXPECT_EQ(ask("00fd0000"), "0504039000");
  EXPECT_EQ(ask("00fd0000"), "0504039000");
  EXPECT_GE(steady_clock::now() - begun, milliseconds(400));
}

TEST_F(CardFaults, WithoutPcscdThereIsNoReaderAndAfterwardsTheSameCard) {
  start({.serial = 7});
  reader_->stop_pcscd();
  CardGuest without(*reader_);
  EXPECT_TRUE(without.transmit(hex("00fd0000")).starts_with("failed"));
  reader_->start_pcscd();
  CardGuest again(*reader_);
  again.hold();
  EXPECT_EQ(serial(again), "000000079000");
}

TEST_F(CardFaults, ACardThatIsPulledWhilePcscdIsGoneIsOutWhenItIsBack) {
  start();
  reader_->stop_pcscd();
  reader_->remove();
  reader_->start_pcscd();
  CardGuest again(*reader_);
  EXPECT_TRUE(again.transmit(hex("00fd0000")).starts_with("failed"));
  reader_->insert();
  EXPECT_EQ(again.transmit(hex("00fd0000")), "6d00");
}

TEST_F(CardFaults, TwoCardsAreTwoCards) {
  start({.serial = 1}, CardSetup{.serial = 2});
  CardGuest other(*reader_, 2);
  guest_->hold();
  other.hold();
  EXPECT_EQ(serial(*guest_), "000000019000");
  EXPECT_EQ(serial(other), "000000029000");
  EXPECT_EQ(reader_->apdus(1).size(), 2U);
  EXPECT_EQ(reader_->apdus(2).size(), 2U);
}

TEST_F(CardFaults, TheSecondCardAnswersWhileTheFirstWaitsForAFinger) {
  start(kNoPin, CardSetup{});
  reader_->set_touch(std::chrono::minutes(5));
  select_and_hold();
  CardGuest other(*reader_, 2);
  std::string signature;
  std::thread signer([&] { signature = ask(kSign); });
  while (reader_->count_signatures() == 0) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(other.transmit(hex("00fd0000")), "6d00");
  reader_->press();
  signer.join();
  EXPECT_TRUE(signature.ends_with("9000")) << signature;
}

TEST_F(CardFaults, AnotherCardTakesThePlaceOfTheFirstAndGoesAgain) {
  start({.serial = 1});
  const std::string root = reader_->attestation_root();
  reader_->swap({.serial = 2});
  EXPECT_NE(reader_->attestation_root(), root);
  guest_->hold();
  EXPECT_EQ(serial(*guest_), "000000029000");
  guest_->release();
  reader_->swap_back();
  EXPECT_EQ(reader_->attestation_root(), root);
  guest_->hold();
  EXPECT_EQ(serial(*guest_), "000000019000");
}

TEST_F(CardFaults, CountPinsAndWrongPins) {
  start();
  select_and_hold();
  EXPECT_EQ(ask("0020008008303030303030ffff"), "63c2");
  EXPECT_EQ(ask(kVerify), "9000");
  EXPECT_EQ(ask("00200080"), "9000");
  EXPECT_EQ(reader_->count_pins(), 2);
  EXPECT_EQ(reader_->count_wrong_pins(), 1);
  reader_->forget_apdus();
  EXPECT_EQ(reader_->count_pins(), 0);
  EXPECT_EQ(ask("00fd0000"), "0504039000");
  EXPECT_EQ(reader_->apdus().size(), 1U);
}

TEST_F(CardFaults, AGuestThatHoldsTheCardLetsOthersWait) {
  start();
  CardGuest other(*reader_);
  const auto begun = steady_clock::now();
  other.hold(milliseconds(400));
  EXPECT_EQ(ask("00fd0000"), "6d00");
  EXPECT_GE(steady_clock::now() - begun, milliseconds(400));
}

TEST_F(CardFaults, AGuestThatTakesTheReaderLetsOthersBeRefused) {
  start();
  CardGuest other(*reader_);
  other.take_exclusive();
  EXPECT_EQ(ask("00fd0000"), "failed 8010000b");
  other.release();
  EXPECT_EQ(ask("00fd0000"), "6d00");
}

TEST_F(CardFaults, AGuestThatResetsTheCardTakesThePinOfOthers) {
  start();
  guest_->connect();
  ASSERT_TRUE(ask(kSelect).ends_with("9000"));
  ASSERT_EQ(ask(kVerify), "9000");
  CardGuest other(*reader_);
  other.reset_card();
  EXPECT_EQ(ask("00200080"), "failed 80100068");
  guest_->connect();
  EXPECT_EQ(ask("00200080"), "6d00");
}

TEST_F(CardFaults, AGuestThatSelectsAnotherAppletTakesTheSelectionOfOthers) {
  start();
  guest_->connect();
  ASSERT_TRUE(ask(kSelect).ends_with("9000"));
  CardGuest other(*reader_);
  other.select_another_applet();
  EXPECT_EQ(ask("00200080"), "6d00") << "and no error of PC/SC";
}

}  // namespace
}  // namespace signet::test
