#include "ssh/wire.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"

namespace signet::ssh {
namespace {

using test::expect_refusal;

Bytes unhex(std::string_view text) { return parse_hex(text).value(); }

Result<void> read_positive(std::string_view hex) {
  const Bytes bytes = unhex(hex);
  Reader reader(bytes, "a number");
  reader.positive();
  return reader.finish();
}

TEST(SshWire, ReadsWhatWasWritten) {
  const Bytes bytes = Writer().byte(7).boolean(true).uint32(0x01020304).string("text").raw("SSHSIG").take();
  EXPECT_EQ(encode_hex(bytes),
            "07"
            "01"
            "01020304"
            "0000000474657874"
            "535348534947");
  Reader reader(bytes, "a sample");
  EXPECT_EQ(reader.byte(), 7);
  EXPECT_TRUE(reader.boolean());
  EXPECT_EQ(reader.uint32(), 0x01020304U);
  EXPECT_EQ(reader.text(), "text");
  EXPECT_TRUE(reader.more());
  reader.magic("SSHSIG");
  EXPECT_FALSE(reader.more());
  EXPECT_TRUE(reader.finish());
}

TEST(SshWire, ReadsNumbersOfEightBytes) {
  const Bytes bytes = unhex("0102030405060708");
  Reader reader(bytes, "a number");
  EXPECT_EQ(reader.uint64(), 0x0102030405060708U);
  EXPECT_TRUE(reader.finish());
  Reader cut(ByteView(bytes).first(7), "a number");
  (void)cut.uint64();
  expect_refusal(cut.finish(), ErrorCode::InvalidRequest, "not a number: it is cut off");
}

// The examples of RFC 4251 §5: 9a378f9b2e332a7, and 80, whose highest bit wants a zero before it.
TEST(SshWire, ReadsPositiveNumbersAsTheStandardWritesThem) {
  const Bytes bytes = unhex(
      "0000000809a378f9b2e332a7"
      "000000020080");
  Reader reader(bytes, "two numbers");
  EXPECT_EQ(encode_hex(reader.positive()), "09a378f9b2e332a7");
  EXPECT_EQ(encode_hex(reader.positive()), "0080");
  EXPECT_TRUE(reader.finish());
}

TEST(SshWire, RefusesNumbersThatAreNegativeZeroOrHaveLeadingZeros) {
  EXPECT_TRUE(read_positive("000000017f"));
  for (const char* bad : {"0000000180", "00000002edcc", "00000000", "0000000100", "00000002007f", "00000003000080"}) {
    SCOPED_TRACE(bad);
    expect_refusal(read_positive(bad), ErrorCode::InvalidRequest,
                   "not a number: a number that is not positive, or has leading zeros");
  }
}

TEST(SshWire, RefusesALengthThatGoesBeyondTheEnd) {
  for (const char* bad : {"0000000261", "ffffffff61", "000000", ""}) {
    const Bytes bytes = unhex(bad);
    Reader reader(bytes, "a text");
    EXPECT_EQ(reader.text(), "") << bad;
    expect_refusal(reader.finish(), ErrorCode::InvalidRequest, "not a text: it is cut off");
  }
}

TEST(SshWire, RefusesBytesThatAreLeftOver) {
  const Bytes bytes = unhex("000000016100");
  Reader reader(bytes, "a text");
  EXPECT_EQ(reader.text(), "a");
  expect_refusal(reader.finish(), ErrorCode::InvalidRequest, "not a text: bytes are left over behind it");
}

TEST(SshWire, RefusesATruthValueThatNobodyMayWrite) {
  const Bytes bytes = {2};
  Reader reader(bytes, "an answer");
  reader.boolean();
  expect_refusal(reader.finish(), ErrorCode::InvalidRequest, "not an answer: a truth value that is neither 0 nor 1");
}

TEST(SshWire, YieldsNothingBehindTheFirstFault) {
  const Bytes bytes = unhex(
      "ffffffff"
      "0000000161");
  Reader reader(bytes, "two texts");
  reader.string();
  EXPECT_TRUE(reader.failed());
  EXPECT_FALSE(reader.more());
  EXPECT_TRUE(reader.text().empty());
  EXPECT_TRUE(reader.rest().empty());
  EXPECT_EQ(reader.uint32(), 0U);
  reader.refuse("another reason");
  expect_refusal(reader.finish(), ErrorCode::InvalidRequest, "it is cut off");
}

}  // namespace
}  // namespace signet::ssh
