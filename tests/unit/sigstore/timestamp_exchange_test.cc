// What is asked of a timestamp authority, and what it may answer.
#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "sigstore/verify/timestamp.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_timestamp.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using test::make_timestamp;
using test::TestAuthority;
using test::TimestampRecipe;

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

// RFC 3161 §2.4.1, written out: version, imprint (SHA-256 of "abc", FIPS 180-4), nonce with a zero before its high bit,
// certReq.
TEST(TimestampRequest, IsTheDerOfTheStandard) {
  const Bytes request =
      encode_timestamp_request(hash(HashAlgorithm::Sha256, bytes_of("abc")), unhex("8000000000000001"));
  EXPECT_EQ(encode_hex(request),
            "3042"
            "020101"
            "302f300b0609608648016503040201"
            "0420ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            "0209008000000000000001"
            "0101ff");
}

TEST(TimestampRequest, NamesTheHashOfItsImprint) {
  const Bytes request = encode_timestamp_request(hash(HashAlgorithm::Sha512, bytes_of("abc")), Bytes{1});
  EXPECT_NE(encode_hex(request).find(encode_hex(cms::digest_algorithm(HashAlgorithm::Sha512))), std::string::npos);
}

class TimestampReplyTest : public testing::Test {
 protected:
  TimestampReplyTest() { recipe.nonce = unhex("008000000000000001"); }
  TestAuthority authority{parse_rfc3339("2026-01-01T00:00:00Z").value()};
  Bytes stamped = to_bytes("a signature");
  TimestampRecipe recipe{stamped};
  TrustedRoot root{
      .logs = {}, .ct_logs = {}, .certificate_authorities = {}, .timestamp_authorities = {authority.entry()}};
  Bytes nonce = unhex("8000000000000001");
};

TEST_F(TimestampReplyTest, WithOurNonceIsTheAnswer) {
  EXPECT_TRUE(check_timestamp_reply(make_timestamp(recipe, authority), nonce));
}

TEST_F(TimestampReplyTest, WithAnotherNonceOrNoneIsRefused) {
  recipe.nonce->back() ^= 1U;
  expect_refusal(check_timestamp_reply(make_timestamp(recipe, authority), nonce), ErrorCode::TimestampRefused, "nonce");
  recipe.nonce.reset();
  expect_refusal(check_timestamp_reply(make_timestamp(recipe, authority), nonce), ErrorCode::TimestampRefused, "nonce");
}

// PKIStatusInfo: rejection, one line of text, badAlg.
TEST_F(TimestampReplyTest, ThatSaysNoIsShownWithItsReason) {
  const Bytes refusal = unhex("301a3018020102300f0c0d62616420616c676f726974686d03020780");
  expect_refusal(check_timestamp_reply(refusal, nonce), ErrorCode::TimestampRefused, "bad algorithm");
  expect_refusal(timestamp_token(refusal), ErrorCode::InvalidRequest, "a refusal holds no timestamp");
  expect_refusal(verify_timestamp(refusal, stamped, root), ErrorCode::InvalidRequest, "a refusal holds no timestamp");
}

TEST_F(TimestampReplyTest, IsARefusalOrATokenAndNotBoth) {
  expect_refusal(check_timestamp_reply(unhex("30053003020100"), nonce), ErrorCode::InvalidRequest,
                 "a token and no grant, or the reverse");
  Bytes response = make_timestamp(recipe, authority);
  const std::size_t status = 8;  // of a length in two bytes: 30 82 xx xx 30 03 02 01 <status>
  ASSERT_EQ(response[status], 0);
  response[status] = 2;
  expect_refusal(check_timestamp_reply(response, nonce), ErrorCode::InvalidRequest,
                 "a token and no grant, or the reverse");
}

TEST_F(TimestampReplyTest, IsBounded) {
  expect_refusal(check_timestamp_reply(Bytes(std::size_t{64} * 1024 + 1), nonce), ErrorCode::InvalidRequest,
                 "larger than 64 KiB");
}

}  // namespace
}  // namespace signet::sigstore
