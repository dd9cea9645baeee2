#include "common/pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet {
namespace {

using testing::HasSubstr;

constexpr std::string_view kLabel = "SIGNED MESSAGE";

TEST(Pem, HasLinesOf64AndALastLineEnd) {
  const std::string text = encode_pem(kLabel, Bytes(49, 0));
  EXPECT_EQ(text, "-----BEGIN SIGNED MESSAGE-----\n" + std::string(64, 'A') + "\nAA==\n-----END SIGNED MESSAGE-----\n");
}

TEST(Pem, ReadsWhatItWrote) {
  for (std::size_t size = 1; size < 200; ++size) {
    const Bytes der(size, static_cast<std::uint8_t>(size));
    EXPECT_EQ(parse_pem(kLabel, encode_pem(kLabel, der)).value(), der);
  }
}

TEST(Pem, TakesOtherLineEndsAndLengthsAndWhiteSpaceAround) {
  const Bytes expected = to_bytes("hello");
  EXPECT_EQ(parse_pem("X", "-----BEGIN X-----\r\naGVs\r\nbG8=\r\n-----END X-----\r\n").value(), expected);
  EXPECT_EQ(parse_pem("X", " \n\t-----BEGIN X-----\na\nGVsbG8=\n-----END X-----").value(), expected);
}

TEST(Pem, ReadsAChain) {
  const std::string text = encode_pem("X", to_bytes("one")) + "\n" + encode_pem("X", to_bytes("two"));
  EXPECT_EQ(parse_pem_chain("X", text).value(), (std::vector{to_bytes("one"), to_bytes("two")}));
  EXPECT_THAT(parse_pem("X", text).error().what, HasSubstr("more than one"));
}

struct BadPem {
  const char* text;
  const char* why;
};
class PemRefusal : public testing::TestWithParam<BadPem> {};

TEST_P(PemRefusal, NamesTheReason) {
  const auto der = parse_pem("X", GetParam().text);
  ASSERT_FALSE(der);
  EXPECT_EQ(der.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(der.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Pem, PemRefusal,
    testing::Values(BadPem{"", "does not begin"}, BadPem{"text\n-----BEGIN X-----\nQQ==\n-----END X-----\n", "begin"},
                    BadPem{"-----BEGIN Y-----\nQQ==\n-----END Y-----\n", "does not begin"},
                    BadPem{"-----BEGIN X-----\nQQ==\n-----END Y-----\n", "no end"},
                    BadPem{"-----BEGIN X-----\nQQ==\n", "no end"},
                    BadPem{"-----BEGIN X-----\nQQ==\n-----END X-----\ntext", "does not begin"},
                    BadPem{"-----BEGIN X-----\n-----END X-----\n", "not canonical base64"},
                    BadPem{"-----BEGIN X-----\nQQ\n-----END X-----\n", "not canonical base64"},
                    BadPem{"-----BEGIN X-----\nQR==\n-----END X-----\n", "not canonical base64"},
                    BadPem{"-----BEGIN X-----\nQ Q==\n-----END X-----\n", "not canonical base64"},
                    BadPem{"-----BEGIN X-----\n\nQQ==\n-----END X-----\n", "an empty line"},
                    BadPem{"-----BEGIN X-----\nProc-Type: 4\nQQ==\n-----END X-----\n", "not canonical base64"}));

}  // namespace
}  // namespace signet
