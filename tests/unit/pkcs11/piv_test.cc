// The parts of the PIV door that need no card: elements, slots, kinds of key, what RSA keys sign, PC/SC's answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <winscard.h>

#include "common/hex.h"
#include "pkcs11/pcsc/fault.h"
#include "pkcs11/piv/applet.h"
#include "pkcs11/piv/signing_block.h"
#include "pkcs11/piv/slot.h"
#include "pkcs11/piv/tlv.h"
#include "tests/support/expect_refusal.h"

namespace signet::pkcs11 {
namespace {

using test::expect_refusal;
using ::testing::HasSubstr;

// ISO/IEC 7816-4 §5.2.2.2.
TEST(PivTlv, WritesTheShortestLength) {
  EXPECT_EQ(encode_hex(encode_tlv(0x82, {})), "8200");
  EXPECT_EQ(encode_hex(encode_tlv(0x7f49, Bytes(2, 0xaa))), "7f4902aaaa");
  EXPECT_EQ(encode_hex(encode_tlv(0x53, Bytes(0x80))).substr(0, 6), "538180");
  EXPECT_EQ(encode_hex(encode_tlv(0x53, Bytes(0x100))).substr(0, 8), "53820100");
}

TEST(PivTlv, ReadsWhatItWrites) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{0x7f}, std::size_t{0x80}, std::size_t{0x100}}) {
    const Bytes encoded = encode_tlv(0x7f49, Bytes(size, 0x5a));
    const auto found = find_tlv(encoded, 0x7f49);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), size);
  }
}

TEST(PivTlv, ReadsNothingBeyondTheEnd) {
  for (const char* cut : {"53", "5302aa", "5381", "538180", "53820100", "7f", "7f49", "538301000000", "5380"}) {
    EXPECT_FALSE(TlvReader(parse_hex(cut).value()).next()) << cut;
  }
}

TEST(PivSlots, AreKnownByTheirNumberInHexadecimal) {
  EXPECT_EQ(key_slots().size(), 24U);
  EXPECT_EQ(find_slot("9c").value().pin_policy, protocol::PinPolicy::Always);
  EXPECT_EQ(encode_hex(find_slot("95").value().certificate), "5fc120");
  for (const char* id : {"9b", "f9", "96", "9C", "", "01"}) {
    expect_refusal(find_slot(id), ErrorCode::InvalidRequest, "a PIV card has no slot");
  }
}

TEST(PivAlgorithms, DependOnTheFirmware) {
  EXPECT_EQ(algorithm_for_new_key("ed25519", {5, 7, 0}).value(), 0xe0);
  expect_refusal(algorithm_for_new_key("rsa4096", {5, 4, 3}), ErrorCode::KeyUnsuitable, "they need 5.7.0");
  expect_refusal(algorithm_for_new_key("p521", {5, 7, 0}), ErrorCode::KeyUnsuitable, "PIV cards make no keys");
}

// CVE-2017-15361.
TEST(PivAlgorithms, MakeNoRsaKeyOnWeakFirmware) {
  expect_refusal(algorithm_for_new_key("rsa2048", {4, 3, 4}), ErrorCode::KeyUnsuitable, "ROCA");
  EXPECT_TRUE(algorithm_for_new_key("rsa2048", {4, 3, 5}));
  EXPECT_TRUE(algorithm_for_new_key("rsa2048", {4, 2, 5}));
}

TEST(PivPin, HasSixToEightBytes) {
  EXPECT_EQ(encode_hex(pad_pin(bytes_of("123456")).value()), "313233343536ffff");
  EXPECT_FALSE(pad_pin(bytes_of("12345")));
  EXPECT_FALSE(pad_pin(bytes_of("123456789")));
}

// RFC 8017 §9.2.
TEST(PivSigningBlock, PadsRsaToTheModulus) {
  const Digest digest = Digest::make(HashAlgorithm::Sha256, Bytes(32, 0xab)).value();
  const auto block = signing_block({.algorithm = "rsa2048", .spki = {}}, digest);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->size(), 256U);
  const std::string hex = encode_hex(*block);
  EXPECT_TRUE(hex.starts_with("0001ffff"));
  EXPECT_THAT(hex, HasSubstr("ff003031300d060960864801650304020105000420abab"));
}

TEST(PivSigningBlock, TakesNoMessageThatNoCardHolds) {
  const protocol::TokenMessage message{Bytes(kMaxPivMessage + 1)};
  expect_refusal(signing_block({.algorithm = "ed25519", .spki = {}}, message), ErrorCode::LimitExceeded,
                 "at most 2900 bytes");
}

TEST(CardFaults, AreSaidInWords) {
  const Error removed = error_from({.code = SCARD_W_REMOVED_CARD, .function = "SCardTransmit"});
  EXPECT_EQ(removed.code, ErrorCode::TokenRemoved);
  EXPECT_EQ(removed.what, "the card was removed (SCardTransmit: SCARD_W_REMOVED_CARD)");
  EXPECT_EQ(error_from({.code = SCARD_E_SHARING_VIOLATION, .function = "SCardConnect"}).code, ErrorCode::TokenBusy);
  EXPECT_EQ(error_from({.code = SCARD_E_NO_SERVICE, .function = "SCardEstablishContext"}).remedy,
            "start pcscd: systemctl start pcscd.socket");
  EXPECT_THAT(error_from({.code = 0x80100099, .function = "SCardTransmit"}).what, HasSubstr("0x80100099"));
}

}  // namespace
}  // namespace signet::pkcs11
