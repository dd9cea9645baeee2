// The card's applet: what is selected, what each firmware knows, how commands and answers are cut.
#include "tests/card/piv_card.h"

#include <gtest/gtest.h>

#include <array>

#include "common/hex.h"
#include "tests/card/piv_host.h"

namespace signet::test {
namespace {

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

TEST(PivApplet, IsSelectedByItsNameWholeOrCut) {
  PivHost host;
  for (const char* select :
       {"00a4040005a000000308", "00a4040009a00000030800001000", "00a404000ba000000308000010000100"}) {
    EXPECT_EQ(encode_hex(host.send(select).data), "61114f0600001000010079074f05a000000308") << select;
  }
}

TEST(PivApplet, AnswersNothingBeforeItIsSelected) {
  PivCard card({});
  EXPECT_EQ(encode_hex(card.transmit(hex("00fd0000")).bytes), "6d00");
  EXPECT_EQ(encode_hex(card.transmit(hex("00cb3fff035c017e")).bytes), "6d00");
}

TEST(PivApplet, IsLeftWhenAnotherIsSelected) {
  PivHost host;
  ASSERT_EQ(host.verify("123456"), "9000");
  EXPECT_EQ(host.send("00a4040006d27600012401").status, "6a82");
  EXPECT_EQ(host.tries(), "6d00");
  host.select();
  EXPECT_EQ(host.tries(), "63c3") << "the PIN was forgotten";
}

TEST(PivApplet, ForgetsPinManagementKeyAndSelectionWithThePower) {
  PivHost host;
  ASSERT_EQ(host.verify("123456"), "9000");
  ASSERT_EQ(host.authenticate(), "9000");
  host.card().reset();
  EXPECT_EQ(host.tries(), "6d00");
  host.select();
  EXPECT_EQ(host.tries(), "63c3");
  EXPECT_EQ(host.generate("9a", "800111"), "6982");
}

TEST(PivApplet, ForgetsHalfACommandAndHalfAnAnswerWithThePower) {
  PivHost host;
  ASSERT_EQ(host.send("10db3fff035c035f").status, "9000");
  host.card().reset();
  host.select();
  EXPECT_EQ(host.send("00c0000000").status, "6985");
  EXPECT_EQ(host.send("00cb3fff035c017e").status, "9000");
}

TEST(PivApplet, SaysItsVersionAndSerialNumber) {
  PivHost host({.firmware = "5.4.3", .serial = 0x01020304});
  EXPECT_EQ(encode_hex(host.send("00fd0000").data), "050403");
  EXPECT_EQ(encode_hex(host.send("00f80000").data), "01020304");
}

TEST(PivApplet, LeavesTheSerialNumberToAnotherAppletBeforeFirmware5) {
  PivHost host({.firmware = "4.3.7", .serial = 0x01020304});
  ASSERT_EQ(host.verify("123456"), "9000");
  ASSERT_EQ(host.send("00a4040008a000000527200101").status, "9000");
  EXPECT_EQ(encode_hex(host.send("0001100000").data), "01020304");
  EXPECT_EQ(host.tries(), "6d00");
  host.select();
  EXPECT_EQ(host.tries(), "63c3") << "which costs the PIN";
  EXPECT_EQ(PivHost().send("00a4040008a000000527200101").status, "6a82");
}

TEST(PivApplet, KnowsWhatItsFirmwareKnows) {
  struct Row {
    const char* firmware;
    const char* serial;
    const char* metadata;
    const char* move;
  };
  constexpr std::array<Row, 4> kRows = {{{"4.3.7", "6d00", "6d00", "6d00"},
                                         {"5.2.7", "9000", "6d00", "6d00"},
                                         {"5.4.3", "9000", "9000", "6d00"},
                                         {"5.7.1", "9000", "9000", "6982"}}};
  for (const Row& row : kRows) {
    PivHost host({.firmware = row.firmware});
    EXPECT_EQ(host.send("00f80000").status, row.serial) << row.firmware;
    EXPECT_EQ(host.send("00f7009c").status, row.metadata) << row.firmware;
    EXPECT_EQ(host.send("00f6ff9c").status, row.move) << row.firmware;
    EXPECT_EQ(host.send("00f99c00").status, "9000") << row.firmware;
    EXPECT_EQ(host.send("00ab0000").status, "6d00") << row.firmware;
  }
}

TEST(PivApplet, HasTheAnswerToResetOfItsGeneration) {
  EXPECT_EQ(encode_hex(PivCard({.firmware = "4.3.7"}).answer_to_reset()), "3bf81300008131fe15597562696b657934d4");
  EXPECT_EQ(encode_hex(PivCard({}).answer_to_reset()), "3bfd1300008131fe158073c021c057597562694b657940");
}

TEST(Apdus, AreRefusedWhereLengthOrClassIsWrong) {
  PivHost host;
  EXPECT_EQ(host.send("00fd00").status, "6700");
  EXPECT_EQ(host.send("00cb3fff055c017e").status, "6700") << "less data than it says";
  EXPECT_EQ(host.send("00cb3fff035c017e0000").status, "6700") << "more than data and Le";
  EXPECT_EQ(host.send("80fd0000").status, "6e00");
}

TEST(Apdus, NeedNeitherLcNorLe) {
  PivHost host;
  for (const char* command : {"00fd0000", "00fd000000", "00fd000003"}) EXPECT_EQ(host.send(command).status, "9000");
}

TEST(Apdus, GiveLongAnswersInPartsOf256Bytes) {
  PivHost host;
  const Bytes first = host.card().transmit(hex("00cb3fff055c035fc10a")).bytes;
  ASSERT_EQ(first.size(), 258U);
  EXPECT_EQ(first[256], 0x61);
  const Bytes second = host.card().transmit(hex("00c0000000")).bytes;
  EXPECT_EQ(second.size(), first[257] + 2U);
  EXPECT_EQ(encode_hex(host.card().transmit(hex("00c0000000")).bytes), "6985");
}

TEST(Apdus, ForgetAnAnswerWhenAnotherCommandComes) {
  PivHost host;
  (void)host.card().transmit(hex("00cb3fff055c035fc10a"));
  (void)host.send("00fd0000");
  EXPECT_EQ(host.send("00c0000000").status, "6985");
}

TEST(Apdus, ForgetPartsOfACommandThatIsNotContinued) {
  PivHost host;
  ASSERT_EQ(host.send("10cb3fff035c035f").status, "9000");
  EXPECT_EQ(host.send("00fd0000").status, "9000");
  EXPECT_EQ(host.send("00cb3fff035c017e").status, "9000");
}

TEST(Apdus, AreRefusedInMorePartsThanTheBufferHolds) {
  PivHost host;
  EXPECT_EQ(host.send("00db3fff", Bytes(3073, 0)).status, "6700");
  EXPECT_EQ(host.send("00db3fff", Bytes(3072, 0)).status, "6982") << "as long as the buffer";
}

}  // namespace
}  // namespace signet::test
