// PIN, PUK, management key and the reset of a card that nobody can use any more.
#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/card/piv_host.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

std::string change(PivHost& host, std::string_view header, std::string_view old_one, std::string_view new_one) {
  Bytes data = PivHost::padded(old_one);
  append(data, PivHost::padded(new_one));
  return host.send(header, data).status;
}
constexpr std::string_view kChangePin = "00240080";
constexpr std::string_view kChangePuk = "00240081";
constexpr std::string_view kUnblock = "002c0080";

std::string object_status(PivHost& host, std::string_view tag) {
  return host.send("00cb3fff", tlv(0x5c, hex(tag))).status;
}

void block(PivHost& host, std::string_view header) {
  while (change(host, header, "00000000", "11111111") != "6983") {
  }
}

TEST(Verify, CountsWrongPinsDownAndTheRightOneUp) {
  PivHost host;
  EXPECT_EQ(host.tries(), "63c3");
  EXPECT_EQ(host.verify("000000"), "63c2");
  EXPECT_EQ(host.verify("000000"), "63c1");
  EXPECT_EQ(host.verify("123456"), "9000");
  EXPECT_EQ(host.tries(), "9000") << "verified";
  EXPECT_EQ(host.send("0020ff80").status, "9000");
  EXPECT_EQ(host.tries(), "63c3");
}

TEST(Verify, BlocksWithTheLastTry) {
  PivHost host({.tries = 2, .wrong_pins = 1});
  EXPECT_EQ(host.tries(), "63c1");
  EXPECT_EQ(host.verify("000000"), "6983");
  EXPECT_EQ(host.verify("123456"), "6983");
  EXPECT_EQ(host.tries(), "6983");
}

TEST(Verify, ForgetsAPinThatWasProvedWhenAWrongOneComes) {
  PivHost host;
  host.verify("123456");
  EXPECT_EQ(host.verify("654321"), "63c2");
  EXPECT_EQ(host.tries(), "63c2");
}

TEST(Verify, ChargesNothingForWhatIsNoPin) {
  PivHost host;
  EXPECT_EQ(host.send("0020008006313233343536").status, "6a80");
  EXPECT_EQ(host.send("00200081", PivHost::padded("123456")).status, "6a88");
  EXPECT_EQ(host.send("00200180", PivHost::padded("123456")).status, "6a86");
  EXPECT_EQ(host.tries(), "63c3");
}

TEST(ChangeReference, TakesTheNewPinForTheOld) {
  PivHost host;
  EXPECT_EQ(change(host, kChangePin, "123456", "87654321"), "9000");
  EXPECT_EQ(host.verify("123456"), "63c2");
  EXPECT_EQ(host.verify("87654321"), "9000");
}

TEST(ChangeReference, CountsWrongOldOnes) {
  PivHost host({.puk_tries = 5});
  EXPECT_EQ(change(host, kChangePin, "000000", "654321"), "63c2");
  EXPECT_EQ(host.tries(), "63c2");
  EXPECT_EQ(change(host, kChangePuk, "00000000", "87654321"), "63c4");
}

TEST(ChangeReference, RefusesANewOneOfFiveCharactersAndCountsNothing) {
  PivHost host;
  EXPECT_EQ(change(host, kChangePin, "123456", "12345"), "6a80");
  EXPECT_EQ(host.tries(), "63c3");
}

TEST(ResetRetryCounter, UnblocksThePinWithThePuk) {
  PivHost host({.tries = 1});
  ASSERT_EQ(host.verify("000000"), "6983");
  EXPECT_EQ(change(host, kUnblock, "00000000", "654321"), "63c2");
  EXPECT_EQ(change(host, kUnblock, "12345678", "654321"), "9000");
  EXPECT_EQ(host.verify("654321"), "9000");
}

TEST(ResetRetryCounter, IsBlockedWithThePuk) {
  PivHost host;
  block(host, kChangePuk);
  EXPECT_EQ(change(host, kUnblock, "12345678", "654321"), "6983");
}

TEST(SetTries, WantsManagementKeyAndPinAndMakesBothSecretsTheFactorys) {
  PivHost host({.pin = "654321", .puk = "87654321"});
  EXPECT_EQ(host.send("00fa0508").status, "6982");
  host.authenticate();
  EXPECT_EQ(host.send("00fa0508").status, "6982");
  host.verify("654321");
  EXPECT_EQ(host.send("00fa0508").status, "9000");
  EXPECT_EQ(host.tries(), "63c5");
  EXPECT_EQ(host.verify("123456"), "9000");
  EXPECT_EQ(change(host, kChangePuk, "00000000", "11111111"), "63c7");
}

TEST(Reset, IsRefusedWhilePinOrPukCanBeUsed) {
  PivHost host;
  EXPECT_EQ(host.send("00fb0000").status, "6985");
  block(host, kChangePin);
  EXPECT_EQ(host.send("00fb0000").status, "6985");
}

TEST(Reset, LeavesNothingButTheAttestationKey) {
  PivHost host({.pin = "654321", .management_key_hex = "000102030405060708090a0b0c0d0e0f1011121314151617"});
  block(host, kChangePin);
  block(host, kChangePuk);
  EXPECT_EQ(host.send("00fb0000").status, "9000");
  EXPECT_EQ(host.verify("123456"), "9000");
  EXPECT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send("00f7009c").status, "6a88");
  EXPECT_EQ(object_status(host, "5fc10a"), "6a82");
  EXPECT_EQ(host.send("00f700f9").status, "9000");
  EXPECT_EQ(object_status(host, "5fff01"), "9000");
}

TEST(PinMetadata, SaysWhetherItIsTheDefaultAndHowManyTriesAreLeft) {
  PivHost host({.tries = 5, .puk = "87654321"});
  host.verify("000000");
  EXPECT_EQ(encode_hex(host.send("00f70080").data),
            "0101ff0501010602"
            "0504");
  EXPECT_EQ(encode_hex(host.send("00f70081").data),
            "0101ff0501000602"
            "0303");
}

TEST(ManagementKey, IsWhatItsFirmwareComesWith) {
  for (const char* firmware : {"4.3.7", "5.2.7", "5.4.3"}) {
    PivHost host({.firmware = firmware});
    EXPECT_EQ(host.authenticate("03"), "9000") << firmware;
  }
  PivHost host({.firmware = "5.7.1"});
  EXPECT_EQ(host.authenticate("03"), "6a80");
  EXPECT_EQ(host.authenticate("0a"), "9000");
}

TEST(ManagementKey, IsProvedWithEachCipher) {
  PivHost small({.management_algorithm = "aes128", .management_key_hex = "000102030405060708090a0b0c0d0e0f"});
  EXPECT_EQ(small.authenticate("08", "000102030405060708090a0b0c0d0e0f"), "9000");
  PivHost large({.management_algorithm = "aes256"});
  EXPECT_EQ(large.authenticate("0c", "0102030405060708010203040506070801020304050607080102030405060708"), "9000");
}

TEST(ManagementKey, IsRefusedWhereItIsWrong) {
  PivHost host;
  EXPECT_EQ(host.authenticate("03", "000102030405060708090a0b0c0d0e0f1011121314151617"), "6982");
  EXPECT_EQ(host.generate("9a", "800111"), "6982");
}

TEST(ManagementKey, IsProvedToAWitnessThatWasAskedForAndOnlyOnce) {
  PivHost host;
  EXPECT_EQ(host.send("0087039b167c148008000000000000000081080000000000000000").status, "6985");
}

TEST(ManagementKey, IsProvedToAPlainChallengeToo) {
  PivHost host;
  const auto asked = host.send("0087039b047c028100");
  EXPECT_EQ(asked.status, "9000");
  EXPECT_EQ(encode_hex(ByteView(asked.data).first(4)), "7c0a8108");
  EXPECT_EQ(host.send("0087039b0c7c0a82080000000000000000").status, "6982");
}

TEST(ManagementKey, IsSetByWhoKnowsIt) {
  PivHost host;
  const std::string set_aes128 = "00ffffff13089b10000102030405060708090a0b0c0d0e0f";
  EXPECT_EQ(host.send(set_aes128).status, "6982");
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send(set_aes128).status, "9000");
  EXPECT_EQ(encode_hex(host.send("00f7009b").data),
            "0101080202000105"
            "0100");
  host.select();
  EXPECT_EQ(host.authenticate("08", "000102030405060708090a0b0c0d0e0f"), "9000");
}

TEST(ManagementKey, IsRefusedWithALengthOrAnAlgorithmThatItCannotHave) {
  PivHost host({.firmware = "5.2.7"});
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send("00ffffff13089b10000102030405060708090a0b0c0d0e0f").status, "6a80") << "AES came with 5.4";
  EXPECT_EQ(host.send("00ffffff13039b10000102030405060708090a0b0c0d0e0f").status, "6700");
  EXPECT_EQ(host.send("00ffffff13039b1000").status, "6700");
}

TEST(ManagementKey, WaitsForAFingerWhereItWasSetSo) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send("00fffffe13089b10000102030405060708090a0b0c0d0e0f").status, "9000");
  EXPECT_EQ(encode_hex(host.send("00f7009b").data),
            "0101080202000205"
            "0100");
}

TEST(ManagementKey, LiesInAnObjectThatThePinOpens) {
  PivHost host(
      {.management_key_hex = "000102030405060708090a0b0c0d0e0f1011121314151617", .management_pin_protected = true});
  EXPECT_EQ(object_status(host, "5fc109"), "6982");
  ASSERT_EQ(host.verify("123456"), "9000");
  const Bytes object = host.send("00cb3fff055c035fc109").data;
  EXPECT_EQ(encode_hex(object), "531c881a8918000102030405060708090a0b0c0d0e0f1011121314151617");
  EXPECT_EQ(encode_hex(host.send("00cb3fff055c035fff00").data), "53058003810102");
}

}  // namespace
}  // namespace signet::test
