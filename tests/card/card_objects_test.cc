// The data objects of the card, and the setup that a test writes for it.
#include "tests/card/card_objects.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/card/card_setup.h"
#include "tests/card/piv_host.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

std::string put(PivHost& host, std::string_view tag, ByteView content) {
  Bytes data = tlv(0x5c, hex(tag));
  append(data, tlv(0x53, content));
  return host.send("00db3fff", data).status;
}
PivHost::Answer get(PivHost& host, std::string_view tag) { return host.send("00cb3fff", tlv(0x5c, hex(tag))); }

TEST(DataObjects, AreReadByAllAndWrittenByWhoKnowsTheManagementKey) {
  PivHost host;
  EXPECT_EQ(put(host, "5fc102", Bytes(300, 1)), "6982");
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(put(host, "5fc102", Bytes(300, 1)), "9000");
  host.card().reset();
  host.select();
  EXPECT_TRUE(equal(get(host, "5fc102").data, tlv(0x53, Bytes(300, 1))));
}

TEST(DataObjects, AreDeletedByNothing) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(put(host, "5fc10a", {}), "9000");
  EXPECT_EQ(get(host, "5fc10a").status, "6a82");
}

TEST(DataObjects, HaveALargestSize) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(put(host, "5fc105", Bytes(3052, 1)), "9000");
  EXPECT_EQ(put(host, "5fc105", Bytes(3053, 1)), "6a84");
}

TEST(DataObjects, OfPersonsAreReadWithThePin) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  for (const char* tag : {"5fc103", "5fc108", "5fc109", "5fc121"}) {
    ASSERT_EQ(put(host, tag, Bytes(4, 1)), "9000");
    EXPECT_EQ(get(host, tag).status, "6982") << tag;
    ASSERT_EQ(host.verify("123456"), "9000");
    EXPECT_EQ(get(host, tag).status, "9000") << tag;
    (void)host.send("0020ff80");
  }
}

TEST(DataObjects, LieWhereTheStandardPutsThem) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  for (const char* tag : {"5fc100", "5fc124", "5fc2", "7e", "5f5fc105"})
    EXPECT_EQ(put(host, tag, Bytes(1)), "6a80") << tag;
  EXPECT_EQ(host.send("00cb3fff00").status, "6a80");
  EXPECT_EQ(host.send("00cb0000055c035fc10a").status, "6a86");
}

TEST(DataObjects, BeginWithTheDiscoveryObject) {
  PivHost host;
  EXPECT_EQ(encode_hex(get(host, "7e").data), "7e124f0ba0000003080000100001005f2f024000");
}

TEST(CardSetup, IsReadAsItWasWritten) {
  const CardSetup setup = {.pin = "87654321",
                           .tries = 7,
                           .wrong_pins = 2,
                           .puk = "00000000",
                           .puk_tries = 9,
                           .firmware = "5.7.4",
                           .serial = 0xffffffff,
                           .management_algorithm = "aes256",
                           .management_key_hex = "00",
                           .management_pin_protected = true,
                           .attestation_algorithm = "rsa2048",
                           .attestation_intermediates = 3,
                           .keys = {{.slot = 0x82, .algorithm = "ed25519", .pin_policy = 1, .touch_policy = 3},
                                    {.certificate = false, .imported = true}}};
  const auto read = parse_card_setup(encode_card_setup(setup));
  ASSERT_TRUE(read) << read.error().sentence();
  EXPECT_EQ(*read, setup);
  EXPECT_FALSE(parse_card_setup("{}"));
}

TEST(Tlv, RefusesLengthsThatDoNotFit) {
  for (const char* bytes : {"7c", "7c05", "7c0201", "7c81", "7c8200", "7c830000", "5f", "7f49"}) {
    EXPECT_FALSE(Tlvs::parse(hex(bytes))) << bytes;
  }
}

TEST(Tlv, CountsLengthsInOneTwoOrThreeBytes) {
  EXPECT_EQ(encode_hex(tlv(0x7f49, Bytes(1))), "7f490100");
  for (const std::size_t size : {0U, 127U, 128U, 255U, 256U, 3000U}) {
    const Bytes bytes = tlv(0x5fc105, Bytes(size, 3));
    EXPECT_EQ(Tlvs::parse(tlv(0x53, Bytes(size, 3)))->find(0x53)->size(), size);
    EXPECT_EQ(bytes.size(), size + 3 + (size < 128 ? 1 : size < 256 ? 2 : 3));
  }
}

}  // namespace
}  // namespace signet::test
