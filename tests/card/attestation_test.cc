// What the maker of the card says of its keys.
#include "tests/card/attestation.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/card/piv_host.h"

namespace signet::test {
namespace {

std::string extension(ByteView certificate, int last) {
  return encode_hex(extension_of(certificate, "1.3.6.1.4.1.41482.3." + std::to_string(last)));
}

TEST(Attestation, LeadsFromTheKeyOverF9ToTheRoot) {
  PivHost host;
  const Bytes statement = host.send("00f99c00").data;
  const Bytes f9 = host.certificate("5fff01");
  EXPECT_TRUE(signed_by(statement, f9));
  EXPECT_TRUE(signed_by(f9, certificate_from_pem(host.card().maker().root_pem())));
  EXPECT_TRUE(equal(public_key_of(statement), public_key_of(host.certificate("5fc10a"))));
}

TEST(Attestation, SaysFirmwareSerialNumberAndPolicies) {
  PivHost host({.firmware = "5.4.3", .serial = 0xfedcba98, .keys = {{.pin_policy = 2, .touch_policy = 3}}});
  const Bytes statement = host.send("00f99c00").data;
  EXPECT_EQ(extension(statement, 3), "050403");
  EXPECT_EQ(extension(statement, 7), "020500fedcba98");
  EXPECT_EQ(extension(statement, 8), "0203");
  EXPECT_EQ(extension(statement, 9), "03");
  EXPECT_EQ(extension(host.certificate("5fff01"), 8), "") << "F9 speaks for no key";
}

TEST(Attestation, HasAsManyIntermediatesAsTheMaker) {
  PivHost host({.attestation_algorithm = "rsa2048", .attestation_intermediates = 1});
  const Bytes intermediate = certificate_from_pem(host.card().maker().intermediates_pem());
  EXPECT_TRUE(signed_by(host.certificate("5fff01"), intermediate));
  EXPECT_TRUE(signed_by(intermediate, certificate_from_pem(host.card().maker().root_pem())));
  EXPECT_TRUE(signed_by(host.send("00f99c00").data, host.certificate("5fff01")));
}

TEST(Attestation, IsForKeysThatWereMadeHereAlone) {
  PivHost host({.keys = {{.slot = 0x9a, .imported = true}}});
  EXPECT_EQ(host.send("00f99a00").status, "6a80");
  EXPECT_EQ(host.send("00f99d00").status, "6a88");
  EXPECT_EQ(host.send("00f9f900").status, "6a80") << "the attestation key itself";
  EXPECT_EQ(host.send("00f94200").status, "6a86");
}

TEST(Attestation, IsByWhatIsInF9Now) {
  PivHost host;
  ASSERT_EQ(host.authenticate(), "9000");
  ASSERT_EQ(host.generate("f9", "800111"), "9000");
  EXPECT_FALSE(signed_by(host.send("00f99c00").data, host.certificate("5fff01")));
}

TEST(Attestation, HasARootOfItsOwnForEachCard) {
  PivHost one;
  PivHost other;
  EXPECT_FALSE(signed_by(one.certificate("5fff01"), certificate_from_pem(other.card().maker().root_pem())));
}

}  // namespace
}  // namespace signet::test
