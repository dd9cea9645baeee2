#include "common/hex.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet {
namespace {

using test::expect_refusal;

TEST(Hex, WritesLowerCase) {
  EXPECT_EQ(encode_hex({}), "");
  EXPECT_EQ(encode_hex(Bytes{0x00, 0x0f, 0xa5, 0xff}), "000fa5ff");
}

TEST(Hex, ReadsBothCases) {
  const Bytes bytes = {0x00, 0x0f, 0xa5, 0xff};
  EXPECT_EQ(parse_hex("000fa5ff"), bytes);
  EXPECT_EQ(parse_hex("000FA5Ff"), bytes);
  EXPECT_EQ(parse_hex(""), Bytes());
}

TEST(Hex, ReadsBackEachByte) {
  for (unsigned value = 0; value < 256; ++value) {
    const Bytes bytes = {static_cast<std::uint8_t>(value)};
    EXPECT_EQ(parse_hex(encode_hex(bytes)), bytes);
  }
}

TEST(Hex, RefusesHalfAByte) {
  EXPECT_TRUE(parse_hex("0a"));
  expect_refusal(parse_hex("0a1"), ErrorCode::InvalidRequest, "odd number of digits");
}

TEST(Hex, RefusesTheNeighboursOfItsDigits) {
  for (const std::string_view text : {"0/", "0:", "0@", "0G", "0`", "0g", "0 ", " 0", "0x", "-1", "0\n", "\xc3\xa9"}) {
    expect_refusal(parse_hex(text), ErrorCode::InvalidRequest, "not hexadecimal");
  }
}

}  // namespace
}  // namespace signet
