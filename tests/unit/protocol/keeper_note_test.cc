#include "protocol/keeper_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::protocol {
namespace {

TEST(KeeperNote, SaysThatTheChildWasStarted) {
  const std::string packet = KeeperNote{}.encode();
  EXPECT_EQ(packet, "\x01");
  const auto note = parse_keeper_note(packet);
  ASSERT_TRUE(note);
  EXPECT_FALSE(note->trouble);
}

TEST(KeeperNote, SaysWhyThereIsNone) {
  const auto note = parse_keeper_note(KeeperNote{.trouble = "signet-module ended by signal 11"}.encode());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->trouble, "signet-module ended by signal 11");
}

TEST(KeeperNote, SaysThatTheTokenTookThePin) {
  const auto note = parse_keeper_note(KeeperNote{.pin_taken = true}.encode());
  ASSERT_TRUE(note);
  EXPECT_TRUE(note->pin_taken);
  EXPECT_FALSE(note->trouble);
}

TEST(KeeperNote, IsShortAndSafeToShowWhateverIsSaid) {
  const std::string packet = KeeperNote{.trouble = std::string(5000, '\033')}.encode();
  EXPECT_LE(packet.size(), kMaxKeeperNote);
  const auto note = parse_keeper_note("\x02one\033[2Jtwo");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->trouble, "one\xef\xbf\xbd[2Jtwo");
}

TEST(KeeperNote, IsRefusedWhereItIsNone) {
  for (const std::string& packet : {std::string(), std::string("\x01\x01"), std::string("\x02"), std::string("\x03x"),
                                    std::string("\x04"), "\x02" + std::string(kMaxKeeperNote, 'x')}) {
    test::expect_refusal(parse_keeper_note(packet), ErrorCode::InvalidRequest, "no note");
  }
}

}  // namespace
}  // namespace signet::protocol
