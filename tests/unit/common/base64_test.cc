#include "common/base64.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet {
namespace {

using test::expect_refusal;

struct Vector {
  std::string_view plain;
  std::string_view encoded;
};

// RFC 4648 §10.
constexpr std::array<Vector, 7> kVectors = {{{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}}};

std::string without_padding(std::string_view text) { return std::string(text.substr(0, text.find('='))); }

TEST(Base64, WritesTheVectorsOfItsSpecification) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(encode_base64(bytes_of(vector.plain)), vector.encoded);
    EXPECT_EQ(encode_base64url(bytes_of(vector.plain)), without_padding(vector.encoded));
  }
}

TEST(Base64, ReadsTheVectorsOfItsSpecification) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(parse_base64(vector.encoded), to_bytes(vector.plain));
    EXPECT_EQ(parse_base64url(without_padding(vector.encoded)), to_bytes(vector.plain));
  }
}

TEST(Base64, ReadsBackEachByteInEachPlace) {
  for (unsigned value = 0; value < 256; ++value) {
    for (std::size_t size = 1; size <= 4; ++size) {
      const Bytes bytes(size, static_cast<std::uint8_t>(value));
      EXPECT_EQ(parse_base64(encode_base64(bytes)), bytes);
      EXPECT_EQ(parse_base64url(encode_base64url(bytes)), bytes);
    }
  }
}

TEST(Base64, HasTwoAlphabetsThatAreNotMixed) {
  const Bytes bytes = {0xfb, 0xef, 0xff};
  EXPECT_EQ(encode_base64(bytes), "++//");
  EXPECT_EQ(encode_base64url(bytes), "--__");
  expect_refusal(parse_base64("--__"), ErrorCode::InvalidRequest, "not canonical base64");
  expect_refusal(parse_base64url("++//"), ErrorCode::InvalidRequest, "not canonical base64");
}

TEST(Base64, RefusesWhatIsNotItsOwnOutput) {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "====", "Z===", "=", "Zm9v====", "Zg==Zg==", "Zm 9v",
                                      "Zm9v\n", "\nZm9v", "Zm9v\r\n", "Zm9*", "Zm9\x80", "Z=g=", "=Zg="}) {
    expect_refusal(parse_base64(text), ErrorCode::InvalidRequest, "not canonical base64");
  }
  expect_refusal(parse_base64(std::string_view("Zm9\0", 4)), ErrorCode::InvalidRequest, "not canonical base64");
}

TEST(Base64, RefusesUnusedBitsThatAreNotZero) {
  EXPECT_TRUE(parse_base64("Zg=="));
  EXPECT_TRUE(parse_base64("Zm8="));
  for (const std::string_view text : {"Zh==", "Zn==", "Zo==", "Zm9=", "Zm+="}) {
    expect_refusal(parse_base64(text), ErrorCode::InvalidRequest, "not canonical base64");
  }
  expect_refusal(parse_base64url("Zh"), ErrorCode::InvalidRequest, "not canonical base64");
  expect_refusal(parse_base64url("Zm9"), ErrorCode::InvalidRequest, "not canonical base64");
}

TEST(Base64Url, RefusesPaddingAndALoneDigit) {
  EXPECT_TRUE(parse_base64url("Zg"));
  for (const std::string_view text : {"Zg==", "Zm8=", "Z", "Zm9vY"}) {
    expect_refusal(parse_base64url(text), ErrorCode::InvalidRequest, "not canonical base64");
  }
}

}  // namespace
}  // namespace signet
