#include "protocol/keeper_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "tests/support/expect_refusal.h"

namespace signet::protocol {
namespace {

TEST(KeeperNote, SaysThatTheChildWasStarted) {
  const std::string packet = KeeperNote{}.encode();
  EXPECT_EQ(packet, "\x01");
  const auto note = parse_keeper_note(packet);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->news, KeeperNews::Started);
}

TEST(KeeperNote, SaysWhyThereIsNone) {
  const auto note = parse_keeper_note(
      KeeperNote{.news = KeeperNews::Trouble, .trouble = "signet-module ended by signal 11"}.encode());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->news, KeeperNews::Trouble);
  EXPECT_EQ(note->trouble, "signet-module ended by signal 11");
}

TEST(KeeperNote, SaysWhatBecomesOfThePinInOneByte) {
  const std::array<std::pair<KeeperNews, const char*>, 4> all = {{{KeeperNews::PinTaken, "\x03"},
                                                                  {KeeperNews::PinEntered, "\x04"},
                                                                  {KeeperNews::PinRefused, "\x05"},
                                                                  {KeeperNews::PinForgotten, "\x06"}}};
  for (const auto& [news, packet] : all) {
    EXPECT_EQ(KeeperNote{.news = news}.encode(), packet);
    const auto note = parse_keeper_note(packet);
    ASSERT_TRUE(note);
    EXPECT_EQ(note->news, news);
  }
}

TEST(KeeperNote, IsShortAndSafeToShowWhateverIsSaid) {
  const std::string packet = KeeperNote{.news = KeeperNews::Trouble, .trouble = std::string(5000, '\033')}.encode();
  EXPECT_LE(packet.size(), kMaxKeeperNote);
  const auto note = parse_keeper_note("\x02one\033[2Jtwo");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->trouble, "one\xef\xbf\xbd[2Jtwo");
}

TEST(KeeperNote, IsRefusedWhereItIsNone) {
  for (const std::string& packet :
       {std::string(), std::string("\x01\x01"), std::string("\x02"), std::string("\x03x"), std::string("\x07"),
        std::string(1, '\0'), "\x02" + std::string(kMaxKeeperNote, 'x')}) {
    test::expect_refusal(parse_keeper_note(packet), ErrorCode::InvalidRequest, "no note");
  }
}

TEST(KeeperOrder, IsOneByte) {
  EXPECT_EQ(encode_keeper_order(KeeperOrder::TakePin), "\x01");
  EXPECT_EQ(encode_keeper_order(KeeperOrder::ForgetPin), "\x02");
  EXPECT_EQ(parse_keeper_order("\x01").value(), KeeperOrder::TakePin);
  EXPECT_EQ(parse_keeper_order("\x02").value(), KeeperOrder::ForgetPin);
}

TEST(KeeperOrder, IsRefusedWhereItIsNone) {
  for (const std::string packet : {"", "\x03", "\x01\x01", "\x02pin"}) {
    test::expect_refusal(parse_keeper_order(packet), ErrorCode::InvalidRequest, "no order");
  }
}

}  // namespace
}  // namespace signet::protocol
