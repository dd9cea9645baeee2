// Keys on the card: how they are made, what they sign under which policy, what is said of them.
#include <gtest/gtest.h>

#include <array>

#include "common/digest.h"
#include "common/hex.h"
#include "tests/card/card_keys.h"
#include "tests/card/piv_host.h"
#include "tests/card/tlv.h"

namespace signet::test {
namespace {

using std::chrono::seconds;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

struct AlgorithmCase {
  const char* name;
  const char* id;
  std::size_t input;  // bytes
};
constexpr std::array<AlgorithmCase, 6> kAlgorithms = {{{"p256", "11", 32},
                                                       {"p384", "14", 48},
                                                       {"rsa2048", "07", 256},
                                                       {"rsa3072", "05", 384},
                                                       {"rsa4096", "16", 512},
                                                       {"ed25519", "e0", 700}}};

/// Less than each modulus.
Bytes input_for(const AlgorithmCase& algorithm) {
  Bytes input(algorithm.input, 0x2b);
  input.front() = 0;
  return input;
}

CardSetup with_key(CardKey key) { return {.firmware = "5.7.1", .keys = {std::move(key)}}; }

class EachAlgorithm : public ::testing::TestWithParam<AlgorithmCase> {};

TEST_P(EachAlgorithm, SignsUnderTheKeyThatItsCertificateNames) {
  PivHost host(with_key({.slot = 0x9a, .algorithm = GetParam().name, .pin_policy = 1}));
  const Bytes input = input_for(GetParam());
  const auto answer = host.sign(GetParam().id, "9a", input);
  EXPECT_EQ(answer.status, "9000");
  EXPECT_TRUE(fits(public_key_of(host.certificate("5fc105")), input, signature_in(answer)));
}

TEST_P(EachAlgorithm, IsInTheMetadataAsGenerateAnswersIt) {
  PivHost host(with_key({}));
  ASSERT_EQ(host.authenticate("0a"), "9000");
  const auto made = host.send("0047009a", hex("ac03"
                                              "8001" +
                                              std::string(GetParam().id)));
  ASSERT_EQ(made.status, "9000");
  const auto wrapped = Tlvs::parse(made.data);
  const Bytes said = host.send("00f7009a").data;
  const auto metadata = Tlvs::parse(said);
  ASSERT_TRUE(wrapped && wrapped->find(0x7f49) && metadata && metadata->find(0x04));
  EXPECT_TRUE(equal(*wrapped->find(0x7f49), *metadata->find(0x04)));
  EXPECT_EQ(encode_hex(*metadata->find(0x01)), GetParam().id);
}

INSTANTIATE_TEST_SUITE_P(PivCard, EachAlgorithm, ::testing::ValuesIn(kAlgorithms),
                         [](const auto& each) { return each.param.name; });

TEST(GeneralAuthenticate, RefusesWhatDoesNotFitTheKey) {
  PivHost host({.keys = {{.slot = 0x9a, .pin_policy = 1}, {.slot = 0x9d, .algorithm = "rsa2048", .pin_policy = 1}}});
  EXPECT_EQ(host.sign("11", "9a", Bytes(33)).status, "6a80") << "longer than the curve";
  EXPECT_EQ(host.sign("11", "9a", {}).status, "6a80");
  EXPECT_EQ(host.sign("14", "9a", Bytes(32)).status, "6a80") << "another algorithm";
  EXPECT_EQ(host.sign("07", "9d", Bytes(255)).status, "6a80");
  EXPECT_EQ(host.sign("07", "9d", Bytes(256, 0xff)).status, "6a80") << "larger than the modulus";
  EXPECT_EQ(host.sign("11", "9e", Bytes(32)).status, "6a88") << "no key";
  EXPECT_EQ(host.sign("11", "81", Bytes(32)).status, "6a86") << "no slot";
  EXPECT_EQ(host.send("0087119a027c05").status, "6a80") << "no template";
}

TEST(GeneralAuthenticate, SignsADigestThatIsShorterThanTheCurve) {
  PivHost host({.keys = {{.slot = 0x9a, .pin_policy = 1}}});
  EXPECT_EQ(host.sign("11", "9a", Bytes(20, 1)).status, "9000");
}

TEST(PinPolicy, NeverWantsNoPin) {
  PivHost host({.keys = {{.pin_policy = 1}}});
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "9000");
}

TEST(PinPolicy, OnceWantsItUntilThePowerGoes) {
  PivHost host({.keys = {{.pin_policy = 2}}});
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "6982");
  host.verify("123456");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "9000");
  host.card().reset();
  host.select();
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "6982");
}

TEST(PinPolicy, AlwaysWantsItDirectlyBeforeEachSignature) {
  PivHost host({.keys = {{.pin_policy = 3}}});
  host.verify("123456");
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "9000");
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "6982");
  host.verify("123456");
  (void)host.send("00fd0000");
  EXPECT_EQ(host.sign("11", "9c", Bytes(32)).status, "6982");
}

TEST(PinPolicy, AlwaysHoldsForACommandInParts) {
  PivHost host({.keys = {{.algorithm = "rsa2048", .pin_policy = 3}}});
  host.verify("123456");
  EXPECT_EQ(host.sign("07", "9c", Bytes(256, 1)).status, "9000");
}

TEST(TouchPolicy, AlwaysWantsEachTime) {
  PivHost host({.keys = {{.pin_policy = 1, .touch_policy = 2}}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(host.sign("11", "9c", Bytes(32)).wants_touch);
    host.touch();
  }
}

TEST(TouchPolicy, NeverWantsNone) {
  PivHost host({.keys = {{.pin_policy = 1, .touch_policy = 1}}});
  EXPECT_FALSE(host.sign("11", "9c", Bytes(32)).wants_touch);
}

TEST(TouchPolicy, CachedWantsOneInFifteenSecondsWhateverThePowerDoes) {
  PivHost host({.keys = {{.pin_policy = 1, .touch_policy = 3}}});
  EXPECT_TRUE(host.sign("11", "9c", Bytes(32)).wants_touch);
  host.touch();
  host.wait(seconds(14));
  host.card().reset();
  host.select();
  EXPECT_FALSE(host.sign("11", "9c", Bytes(32)).wants_touch);
  host.wait(seconds(2));
  EXPECT_TRUE(host.sign("11", "9c", Bytes(32)).wants_touch);
}

TEST(TouchPolicy, ATouchForAnotherKeyIsNotCached) {
  PivHost host({.keys = {{.slot = 0x9a, .pin_policy = 1, .touch_policy = 2}, {.pin_policy = 1, .touch_policy = 3}}});
  EXPECT_TRUE(host.sign("11", "9a", Bytes(32)).wants_touch);
  host.touch();
  EXPECT_TRUE(host.sign("11", "9c", Bytes(32)).wants_touch);
}

TEST(TouchPolicy, ARefusedSignatureWantsNone) {
  PivHost host({.keys = {{.touch_policy = 2}}});
  const auto answer = host.sign("11", "9c", Bytes(32));
  EXPECT_EQ(answer.status, "6982");
  EXPECT_FALSE(answer.wants_touch);
}

TEST(Metadata, SaysAlgorithmPoliciesOriginAndKey) {
  PivHost host({.keys = {{.slot = 0x9a, .pin_policy = 2, .touch_policy = 3, .imported = true}}});
  const Bytes metadata = host.send("00f7009a").data;
  EXPECT_TRUE(
      encode_hex(metadata).starts_with("01011102020203030102044386410"
                                       "4"))
      << encode_hex(metadata);
}

TEST(Metadata, OfAnEmptySlotIsNone) {
  PivHost host;
  EXPECT_EQ(host.send("00f7009e").status, "6a88");
  EXPECT_EQ(host.send("00f70042").status, "6a88");
}

TEST(Generate, GivesASlotItsDefaultPoliciesAndThoseThatWereAskedFor) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  const auto policies = [&](std::string_view slot) {
    return encode_hex(*Tlvs::parse(host.send("00f700" + std::string(slot)).data)->find(0x02));
  };
  ASSERT_EQ(host.generate("9c", "800111"), "9000");
  EXPECT_EQ(policies("9c"), "0301");
  ASSERT_EQ(host.generate("9e", "800111"), "9000");
  EXPECT_EQ(policies("9e"), "0101");
  ASSERT_EQ(host.generate("82", "800111aa0103ab0102"), "9000");
  EXPECT_EQ(policies("82"), "0302");
}

TEST(Generate, RefusesWhatTheCardCannotMake) {
  PivHost host;
  EXPECT_EQ(host.generate("9a", "800111"), "6982");
  ASSERT_EQ(host.authenticate(), "9000");
  for (const char* elements : {"8001e0", "800105", "800116", "800142", "800111aa0109", "800111ab0109", "", "8001"}) {
    EXPECT_EQ(host.generate("9a", elements), "6a80") << elements;
  }
  EXPECT_EQ(host.generate("9b", "800111"), "6a86");
}

TEST(Generate, LeavesTheCertificateOfTheOldKey) {
  PivHost host;
  const Bytes before = host.certificate("5fc10a");
  ASSERT_EQ(host.authenticate(), "9000");
  ASSERT_EQ(host.generate("9c", "800111"), "9000");
  EXPECT_TRUE(equal(host.certificate("5fc10a"), before));
}

// RFC 6979 appendix A.2.5: a key on P-256 and its public point.
TEST(Import, MakesTheKeyOfAScalar) {
  PivHost host;
  const std::string import =
      "00fe119a22"
      "0620"
      "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
  EXPECT_EQ(host.send(import).status, "6982");
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send(import).status, "9000");
  EXPECT_EQ(encode_hex(host.send("00f7009a").data),
            "010111020202010301020443864104"
            "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  EXPECT_EQ(host.send("00f99a00").status, "6a80") << "was not made here";
}

// RFC 8032 §7.1, test 1.
TEST(Import, MakesTheKeyOfASeed) {
  PivHost host(with_key({}));
  ASSERT_EQ(host.authenticate("0a"), "9000");
  const std::string seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
  ASSERT_EQ(host.send("00fee09a25"
                      "0720" +
                      seed + "aa0101")
                .status,
            "9000");
  EXPECT_EQ(encode_hex(*Tlvs::parse(host.send("00f7009a").data)->find(0x04)),
            "8620d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(Import, RefusesWhatMakesNoKey) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  EXPECT_EQ(host.send("00fe119a22"
                      "0620" +
                      std::string(64, '0'))
                .status,
            "6a80")
      << "zero";
  EXPECT_EQ(host.send("00fe119a22"
                      "0620" +
                      std::string(64, 'f'))
                .status,
            "6a80")
      << "over the order";
  EXPECT_EQ(host.send("00fe119a03060101").status, "6a80") << "too short";
  EXPECT_EQ(host.send("00fe079a03010103").status, "6a80") << "a prime of five numbers";
}

TEST(Move, TakesTheKeyAndLeavesTheCertificate) {
  PivHost host(with_key({.pin_policy = 1}));
  ASSERT_EQ(host.authenticate("0a"), "9000");
  EXPECT_EQ(host.send("00f6829c").status, "9000");
  EXPECT_EQ(host.send("00f7009c").status, "6a88");
  const Bytes digest(32, 7);
  const auto answer = host.sign("11", "82", digest);
  EXPECT_TRUE(fits(public_key_of(host.certificate("5fc10a")), digest, signature_in(answer)));
}

TEST(Move, DeletesToNowhere) {
  PivHost host(with_key({}));
  ASSERT_EQ(host.authenticate("0a"), "9000");
  EXPECT_EQ(host.send("00f6ff9c").status, "9000");
  EXPECT_EQ(host.send("00f6ff9c").status, "6a88");
}

TEST(Move, OverwritesNoKey) {
  PivHost host({.firmware = "5.7.1", .keys = {{.slot = 0x9a}, {.slot = 0x9c}}});
  ASSERT_EQ(host.authenticate("0a"), "9000");
  EXPECT_EQ(host.send("00f69a9c").status, "6985");
  EXPECT_EQ(host.send("00f6f99c").status, "6a86") << "into F9";
}

}  // namespace
}  // namespace signet::test
