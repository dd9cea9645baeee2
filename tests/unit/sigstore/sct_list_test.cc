#include "sigstore/verify/sct_list.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_sct.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using test::make_sct_list;

// Written out by RFC 6962 §3.2: version, log id, milliseconds, extensions, sha256, ecdsa, signature.
Bytes sct_of(std::string_view version, std::string_view extensions = "0000",
             std::string_view signature = "0003aabbcc") {
  std::string hex(version);
  for (int i = 0; i < 32; ++i) hex += "11";
  hex += "000001860e5c83f5";
  hex += std::string(extensions) + "0403" + std::string(signature);
  return parse_hex(hex).value();
}

TEST(SctList, ReadsEachSctInItsOrder) {
  const Bytes list = make_sct_list({sct_of("00"), sct_of("00", "0002beef", "0001ff")});
  const auto scts = parse_sct_list(list);
  ASSERT_TRUE(scts) << scts.error().sentence();
  ASSERT_EQ(scts->size(), 2U);
  EXPECT_EQ(encode_hex(scts->front().log_id), encode_hex(Bytes(32, 0x11)));
  EXPECT_EQ(scts->front().milliseconds, 0x1860e5c83f5U);
  EXPECT_TRUE(scts->front().extensions.empty());
  EXPECT_EQ(scts->front().hash_algorithm, 4);
  EXPECT_EQ(scts->front().signature_algorithm, 3);
  EXPECT_EQ(encode_hex(scts->front().signature), "aabbcc");
  EXPECT_EQ(encode_hex(scts->back().extensions), "beef");
  EXPECT_EQ(encode_hex(scts->back().signature), "ff");
}

// RFC 6962 §3.3: out-of-date clients skip what they do not understand.
TEST(SctList, SkipsOtherVersionsWhateverTheyHold) {
  const auto scts = parse_sct_list(make_sct_list({Bytes{1, 2, 3}, sct_of("00")}));
  ASSERT_TRUE(scts) << scts.error().sentence();
  EXPECT_EQ(scts->size(), 1U);
  expect_refusal(parse_sct_list(make_sct_list({Bytes{1, 2, 3}})), ErrorCode::InvalidRequest, "no SCT of version 1");
}

TEST(SctList, RefusesAnEmptyOne) {
  expect_refusal(parse_sct_list(make_sct_list({})), ErrorCode::InvalidRequest, "no SCT of version 1");
  expect_refusal(parse_sct_list({}), ErrorCode::InvalidRequest, "does not fit");
}

TEST(SctList, RefusesEveryShorterAndLongerOne) {
  const Bytes good = make_sct_list({sct_of("00", "0001aa"), sct_of("00")});
  EXPECT_TRUE(parse_sct_list(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_sct_list(ByteView(good).first(size))) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  expect_refusal(parse_sct_list(longer), ErrorCode::InvalidRequest, "does not fit");
}

TEST(SctList, RefusesAnSctWithBytesLeftOverOrTooFew) {
  Bytes longer = sct_of("00");
  longer.push_back(0);
  Bytes shorter = sct_of("00");
  shorter.pop_back();
  for (const Bytes& sct : {longer, shorter, Bytes{}, Bytes{0}, sct_of("00", "ffff"), sct_of("00", "0000", "ffff00")}) {
    expect_refusal(parse_sct_list(make_sct_list({sct_of("00"), sct})), ErrorCode::InvalidRequest, "does not fit");
  }
}

// sigstore-conformance, happy-path-v0.3-new-mediaType: 122 bytes; the parts were read with other tools.
TEST(SctList, ReadsARealOne) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto extension =
      test::leaf_of(test::conformance_case("happy-path-v0.3-new-mediaType")).extension(oid::kSctList);
  ASSERT_TRUE(extension);
  DerReader reader(*extension);
  const ByteView list = reader.expect(der_tag::kOctetString).value().content;
  EXPECT_EQ(list.size(), 122U);
  const auto scts = parse_sct_list(list);
  ASSERT_TRUE(scts);
  ASSERT_EQ(scts->size(), 1U);
  EXPECT_EQ(encode_hex(scts->front().log_id), "dd3d306ac6c7113263191e1c99673702a24a5eb8de3cadff878a72802f29ee8e");
  EXPECT_EQ(scts->front().milliseconds, 1710869186470U);
  EXPECT_TRUE(scts->front().extensions.empty());
  EXPECT_EQ(scts->front().signature.size(), 71U);
}

}  // namespace
}  // namespace signet::sigstore
