// A card's PIN by `signet token pin`: the program that speaks to the card, and what becomes of what was typed.
#include "client/cli/card_pin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/card/virtual_card.h"
#include "tests/support/expect_refusal.h"

namespace signet::test {
namespace {

class CardPinTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<std::optional<int>> run(std::string_view task, std::string_view first,
                                               std::string_view second = "") const {
    config::Token token{.name = "card", .module = {}, .serial = "12345678", .label = {}};
    token.pcscd = card_.environment().at("PCSCLITE_CSOCK_NAME");
    const auto pin = cli::CardPin::of(token);
    if (!pin) return fail(pin.error());
    return pin->run(task, bytes_of(first), bytes_of(second));
  }
  // Commands about PIN and PUK, beside questions.
  [[nodiscard]] long count_secrets() const {
    const auto apdus = card_.apdus();
    return std::ranges::count_if(apdus, [](const Apdu& apdu) {
      return apdu.is_pin() || apdu.command.starts_with("0024") || apdu.command.starts_with("002c");
    });
  }

  VirtualCard card_;
};

TEST_F(CardPinTest, TellsItsTriesAndSendsNothingForThat) {
  EXPECT_EQ(run("tries", ""), 3);
  EXPECT_EQ(count_secrets(), 0);
}

TEST_F(CardPinTest, IsChanged) {
  EXPECT_EQ(run("change", "123456", "654321"), 3);
  EXPECT_EQ(run("verify", "654321"), 3);
  expect_refusal(run("verify", "123456"), ErrorCode::PinIncorrect, "the card refused the PIN; 2 tries are left");
  EXPECT_EQ(count_secrets(), 3) << "each was sent once";
}

// The fourth command is the first after CHANGE; where the card is pulled there, it has changed all the same.
TEST_F(CardPinTest, IsChangedAlsoWhereTheCardIsPulledRightAfterwards) {
  ASSERT_EQ(run("tries", ""), 3);
  card_.forget_apdus();
  ASSERT_EQ(run("tries", ""), 3);
  const auto before = static_cast<int>(card_.apdus().size());
  card_.remove_at_apdu(before + 1);
  const auto changed = run("change", "123456", "654321");
  ASSERT_TRUE(changed) << changed.error().sentence();
  EXPECT_EQ(*changed, std::nullopt) << "nobody could say how many tries are left";
  card_.insert();
  EXPECT_EQ(run("verify", "654321"), 3);
}

TEST_F(CardPinTest, ThatIsRightGivesAllTriesBack) {
  expect_refusal(run("verify", "000000"), ErrorCode::PinIncorrect, "2 tries are left");
  EXPECT_EQ(run("tries", ""), 2);
  EXPECT_EQ(run("verify", "123456"), 3);
}

TEST_F(CardPinTest, IsUnblockedByThePuk) {
  for (int i = 0; i < 2; ++i) (void)run("verify", "000000");
  expect_refusal(run("verify", "000000"), ErrorCode::PinLocked, "the card's PIN is locked");
  EXPECT_EQ(run("tries", ""), 0);
  expect_refusal(run("unblock", "00000000", "654321"), ErrorCode::PinIncorrect,
                 "the card refused the PUK; 2 tries are left");
  EXPECT_EQ(run("unblock", "12345678", "654321"), 3);
  EXPECT_EQ(run("verify", "654321"), 3);
}

TEST_F(CardPinTest, WhosePukIsLockedTooSaysWhatIsLeft) {
  for (int i = 0; i < 2; ++i) (void)run("unblock", "00000000", "654321");
  const auto locked = run("unblock", "00000000", "654321");
  expect_refusal(locked, ErrorCode::PinLocked, "the card's PUK is locked");
  EXPECT_THAT(locked.error().remedy, testing::HasSubstr("destroys its keys"));
}

TEST_F(CardPinTest, OfAnImpossibleLengthIsNotSent) {
  expect_refusal(run("verify", "12345"), ErrorCode::InvalidRequest, "the PIN of a PIV card has 6 to 8 characters");
  expect_refusal(run("change", "123456", "123456789"), ErrorCode::InvalidRequest, "the new PIN of a PIV card");
  EXPECT_EQ(count_secrets(), 0);
}

TEST_F(CardPinTest, OfATokenBehindAModuleIsTheModulesBusiness) {
  const config::Token token{.name = "desk", .module = "softhsm", .serial = {}, .label = "desk"};
  expect_refusal(cli::CardPin::of(token), ErrorCode::NotBuiltYet, "token desk is reached through a module");
}

TEST_F(CardPinTest, OfACardThatIsNotThereIsNotAskedFor) {
  card_.remove();
  expect_refusal(run("verify", "123456"), ErrorCode::TokenRemoved, "no PIV card with the serial number 12345678");
}

// Whoever uses the card next shall not find it open.
TEST_F(CardPinTest, IsForgottenByTheCardAfterwards) {
  EXPECT_EQ(run("verify", "123456"), 3);
  const auto apdus = card_.apdus();
  const auto asked = std::ranges::find_if(apdus.rbegin(), apdus.rend(), [](const Apdu& apdu) {
    return apdu.command.starts_with("00200080") && !apdu.is_pin();
  });
  ASSERT_NE(asked, apdus.rend());
  EXPECT_EQ(asked->status, "63c3") << "asked last, it knows of no PIN";
}

}  // namespace
}  // namespace signet::test
