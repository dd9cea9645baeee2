#include "pkcs11/keeper/pin_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace signet::pkcs11 {
namespace {

using ::testing::HasSubstr;

class PinKeeperTest : public ::testing::Test {
 protected:
  PinKeeper load(std::string_view content, unsigned mode = 0600) {
    auto keeper = PinKeeper::load(folder_.write("pin", content, mode));
    EXPECT_TRUE(keeper) << keeper.error().sentence();
    return std::move(*keeper);
  }
  static std::string_view text(const Frame& frame) { return text_of(frame.content); }

  test::TemporaryFolder folder_;
};

TEST_F(PinKeeperTest, HandsOutWhatTheFileHoldsWithoutItsLineEnd) {
  const PinKeeper keeper = load("123456\n");
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
  EXPECT_EQ(text(keeper.answer()), "123456");
}

TEST_F(PinKeeperTest, SaysThatNoneIsKnown) {
  const auto keeper = PinKeeper::load(std::nullopt);
  ASSERT_TRUE(keeper);
  EXPECT_EQ(keeper->answer().kind, FrameKind::PinUnknown);
  EXPECT_EQ(text(keeper->answer()), "no PIN is known for this token");
}

TEST_F(PinKeeperTest, RefusesAFileThatOthersMayRead) {
  const PinKeeper keeper = load("123456", 0644);
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinUnknown);
  EXPECT_THAT(text(keeper.answer()), HasSubstr("group or others may read"));
}

TEST_F(PinKeeperTest, SaysThatTheFileIsMissingOrEmpty) {
  const auto missing = PinKeeper::load(folder_ / "nothing");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->answer().kind, FrameKind::PinUnknown);
  EXPECT_THAT(text(missing->answer()), HasSubstr("nothing"));
  const PinKeeper empty = load("\n");
  EXPECT_EQ(empty.answer().kind, FrameKind::PinUnknown);
  EXPECT_THAT(text(empty.answer()), HasSubstr("is empty"));
}

TEST_F(PinKeeperTest, RefusesAPinThatIsTooLong) {
  const PinKeeper keeper = load(std::string(kMaxPin + 1, '1'));
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinUnknown);
}

TEST_F(PinKeeperTest, KeepsAPinThatWasAccepted) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.accepted();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
}

TEST_F(PinKeeperTest, KeepsAPinThatWasProvenBeforeThroughOneUnclearEnd) {
  auto keeper = PinKeeper::load(folder_.write("pin", "123456", 0600), true);
  ASSERT_TRUE(keeper);
  keeper->answered();
  keeper->child_ended();
  EXPECT_EQ(keeper->answer().kind, FrameKind::PinIs);
  keeper->answered();
  keeper->child_ended();
  EXPECT_EQ(keeper->answer().kind, FrameKind::PinForgotten) << "somebody may have changed it";
}

TEST_F(PinKeeperTest, ForgetsAPinThatWasRefused) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.refused();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
  EXPECT_THAT(text(keeper.answer()), HasSubstr("refused"));
}

TEST_F(PinKeeperTest, ForgetsAPinThatWasAcceptedBeforeAndIsRefusedNow) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.accepted();
  keeper.answered();
  keeper.refused();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
}

TEST_F(PinKeeperTest, ForgetsAnUnprovenPinWhenTheChildEndsWithIt) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
  EXPECT_THAT(text(keeper.answer()), HasSubstr("nobody knows"));
}

TEST_F(PinKeeperTest, KeepsAnUnprovenPinThatTheChildDidNotHold) {
  PinKeeper keeper = load("123456");
  keeper.child_ended();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
  keeper.answered();
  keeper.unused();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
}

TEST_F(PinKeeperTest, ForgetsAProvenPinAtTheSecondUnclearOutcome) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.accepted();
  keeper.answered();
  keeper.unclear();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
  keeper.answered();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
}

TEST_F(PinKeeperTest, KeepsAProvenPinWhileTheTokenIsAway) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.accepted();
  for (int round = 0; round < 3; ++round) {
    keeper.answered();
    keeper.gone();
  }
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
}

// Some modules answer a wrong PIN with a value that may mean anything.
TEST_F(PinKeeperTest, ForgetsAnUnprovenPinAtTheFirstUnclearOutcome) {
  PinKeeper unclear = load("123456");
  unclear.answered();
  unclear.unclear();
  EXPECT_EQ(unclear.answer().kind, FrameKind::PinForgotten);
  PinKeeper gone = load("123456");
  gone.answered();
  gone.gone();
  EXPECT_EQ(gone.answer().kind, FrameKind::PinForgotten);
}

TEST_F(PinKeeperTest, CountsUnclearOutcomesAnewOnceThePinIsTaken) {
  PinKeeper keeper = load("123456");
  for (int round = 0; round < 3; ++round) {
    keeper.answered();
    keeper.accepted();
    keeper.answered();
    keeper.unclear();
  }
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
}

TEST_F(PinKeeperTest, CannotBeTalkedIntoTrustByAWordThatNobodyAskedFor) {
  PinKeeper keeper = load("123456");
  keeper.accepted();
  keeper.answered();
  keeper.child_ended();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
}

PinKeeper with_entered(std::string_view pin, bool insists = false) {
  auto keeper = PinKeeper::load(std::nullopt);
  keeper->enter(bytes_of(pin), insists);
  return std::move(*keeper);
}

TEST_F(PinKeeperTest, HandsOutWhatAPersonEntered) {
  const PinKeeper keeper = with_entered("4711");
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
  EXPECT_EQ(text(keeper.answer()), "4711");
  EXPECT_TRUE(keeper.holds_entered());
}

// A person can enter another one; a file stays as it is until somebody writes it.
TEST_F(PinKeeperTest, KnowsNoneOnceAnEnteredOneWasRefused) {
  PinKeeper keeper = with_entered("4711");
  keeper.answered();
  keeper.refused();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinUnknown);
  EXPECT_THAT(text(keeper.answer()), HasSubstr("refused"));
  keeper.enter(bytes_of("4712"), false);
  EXPECT_EQ(text(keeper.answer()), "4712");
}

TEST_F(PinKeeperTest, AnEnteredPinTakesThePlaceOfARefusedOneOfTheFile) {
  PinKeeper keeper = load("123456");
  keeper.answered();
  keeper.refused();
  ASSERT_EQ(keeper.answer().kind, FrameKind::PinForgotten);
  keeper.enter(bytes_of("4711"), false);
  keeper.answered();
  keeper.accepted();
  EXPECT_EQ(text(keeper.answer()), "4711");
  EXPECT_FALSE(keeper.proven()) << "the file's was not";
}

// The word that comes is about the PIN that was handed out, not about the one that came since.
TEST_F(PinKeeperTest, KeepsAPinThatCameWhileTheOneBeforeWasRefused) {
  PinKeeper keeper = with_entered("4711");
  keeper.answered();
  keeper.enter(bytes_of("4712"), false);
  keeper.refused();
  EXPECT_EQ(text(keeper.answer()), "4712");
  keeper.answered();
  keeper.refused();
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinUnknown);
}

TEST_F(PinKeeperTest, ForgetsOnAWishAndSaysWhy) {
  PinKeeper keeper = with_entered("4711");
  keeper.forget("it was locked");
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinUnknown);
  EXPECT_EQ(text(keeper.answer()), "it was locked");
  EXPECT_FALSE(keeper.holds_one());
}

TEST_F(PinKeeperTest, WithholdsAPinFromTheLastTryWhereNobodyInsists) {
  EXPECT_EQ(with_entered("4711").answer(true).kind, FrameKind::PinWithheld);
  EXPECT_EQ(load("123456").answer(true).kind, FrameKind::PinWithheld);
}

TEST_F(PinKeeperTest, HandsOutAnInsistedPinForTheLastTryUntilItWasTaken) {
  PinKeeper keeper = with_entered("4711", true);
  EXPECT_EQ(keeper.answer(true).kind, FrameKind::PinIs);
  keeper.answered();
  keeper.accepted();
  EXPECT_EQ(keeper.answer(true).kind, FrameKind::PinWithheld) << "that was another last try";
  EXPECT_EQ(keeper.answer().kind, FrameKind::PinIs);
}

}  // namespace
}  // namespace signet::pkcs11
