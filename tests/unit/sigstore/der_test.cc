#include "sigstore/encoding/der.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

TEST(DerWriter, UsesTheShortestLength) {
  EXPECT_EQ(encode_hex(encode_der(der_tag::kOctetString, ByteView())), "0400");
  EXPECT_EQ(encode_hex(ByteView(encode_der(der_tag::kOctetString, Bytes(127))).first(2)), "047f");
  EXPECT_EQ(encode_hex(ByteView(encode_der(der_tag::kOctetString, Bytes(128))).first(3)), "048180");
  EXPECT_EQ(encode_hex(ByteView(encode_der(der_tag::kOctetString, Bytes(256))).first(4)), "04820100");
  EXPECT_EQ(encode_hex(ByteView(encode_der(der_tag::kOctetString, Bytes(65536))).first(5)), "0483010000");
}

// X.690 §8.19.5 gives 2.999.3 as its example; the others are of RFC 5652 and of Fulcio.
TEST(DerWriter, EncodesObjectIdentifiers) {
  EXPECT_EQ(encode_hex(encode_der_oid("2.999.3")), "0603883703");
  EXPECT_EQ(encode_hex(encode_der_oid("1.2.840.113549.1.7.2")), "06092a864886f70d010702");
  EXPECT_EQ(encode_hex(encode_der_oid("1.3.6.1.4.1.57264.3.1")), "060a2b0601040183bf300301");
}

TEST(DerWriter, EncodesUnsignedIntegersMinimally) {
  EXPECT_EQ(encode_hex(encode_der_unsigned({})), "020100");
  EXPECT_EQ(encode_hex(encode_der_unsigned(hex("0000"))), "020100");
  EXPECT_EQ(encode_hex(encode_der_unsigned(hex("007f"))), "02017f");
  EXPECT_EQ(encode_hex(encode_der_unsigned(hex("80"))), "02020080");
  EXPECT_EQ(encode_hex(encode_der_unsigned(hex("0001ff"))), "020201ff");
}

TEST(DerWriter, SortsASetOfByItsEncodings) {
  EXPECT_EQ(encode_hex(encode_der_set_of(der_tag::kSet, {hex("040103"), hex("0400"), hex("040101")})),
            "31080400040101040103");
  EXPECT_EQ(encode_hex(encode_der(der_tag::kSequence, std::vector{hex("040103"), hex("0400")})), "30050401030400");
}

TEST(DerReader, WalksOverElements) {
  const Bytes bytes = hex("3006020101040141");
  DerReader outer(bytes);
  const auto sequence = outer.expect(der_tag::kSequence);
  ASSERT_TRUE(sequence);
  EXPECT_TRUE(equal(sequence->whole, bytes));
  EXPECT_TRUE(outer.finish());
  DerReader inner(sequence->content);
  EXPECT_EQ(inner.optional(der_tag::kNull).value(), std::nullopt);
  EXPECT_EQ(encode_hex(inner.expect(der_tag::kInteger).value().content), "01");
  EXPECT_EQ(text_of(inner.optional(der_tag::kOctetString).value().value().content), "A");
  EXPECT_TRUE(inner.empty());
}

TEST(DerReader, ReadsWhatTheWriterWrote) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U, 70000U}) {
    const Bytes bytes = encode_der(der_tag::kOctetString, Bytes(size, 7));
    DerReader reader(bytes);
    EXPECT_EQ(reader.expect(der_tag::kOctetString).value().content.size(), size);
    EXPECT_TRUE(reader.finish());
  }
}

struct BadDer {
  const char* bytes;
  const char* why;
};
class DerRefusal : public testing::TestWithParam<BadDer> {};

TEST_P(DerRefusal, NamesTheReason) {
  const Bytes bytes = hex(GetParam().bytes);
  DerReader reader(bytes);
  const auto element = reader.next();
  ASSERT_FALSE(element);
  EXPECT_EQ(element.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(element.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Der, DerRefusal,
    testing::Values(BadDer{"", "missing"}, BadDer{"04", "without a length"}, BadDer{"0480414100", "indefinite"},
                    BadDer{"048101", "not minimal"}, BadDer{"04817f", "not minimal"}, BadDer{"0482007f", "not minimal"},
                    BadDer{"04820080", "not minimal"}, BadDer{"0402", "cut off"}, BadDer{"040241", "cut off"},
                    BadDer{"04850000000001", "too long"}, BadDer{"048201", "too long"}, BadDer{"04ff", "too long"},
                    BadDer{"0484ffffffff41", "cut off"}, BadDer{"1f8100", "a tag"}, BadDer{"0000", "a tag"}));

TEST(DerReader, RefusesAnotherTagThanTheExpectedOne) {
  const Bytes bytes = hex("0400");
  EXPECT_THAT(DerReader(bytes).expect(der_tag::kInteger).error().what, HasSubstr("another element"));
  EXPECT_TRUE(DerReader(bytes).expect(der_tag::kOctetString));
}

TEST(DerReader, RefusesDataAfterTheLastElement) {
  const Bytes bytes = hex("040000");
  DerReader reader(bytes);
  ASSERT_TRUE(reader.next());
  EXPECT_THAT(reader.finish().error().what, HasSubstr("after the last element"));
}

}  // namespace
}  // namespace signet::sigstore
