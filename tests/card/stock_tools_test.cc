// The virtual card under the tools that people use with real ones: yubico-piv-tool, and PKCS#11 modules through
// pkcs11-tool. Where these are content, the card is like a card.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/card/virtual_card.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

const std::string kOtherKey = "000102030405060708090a0b0c0d0e0f1011121314151617";

class StockTools : public ::testing::Test {
 protected:
  void start(const CardSetup& setup = {}) { reader_.emplace(setup); }
  ProcessEnd tool(std::vector<std::string> arguments) {
    return run({.arguments = std::move(arguments), .environment = reader_->environment(), .directory = folder_.path()},
               Deadline::after(std::chrono::seconds(60)));
  }
  ProcessEnd piv(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "yubico-piv-tool");
    return tool(std::move(arguments));
  }
  void expect_piv(std::vector<std::string> arguments) {
    const ProcessEnd end = piv(std::move(arguments));
    EXPECT_EQ(end.status, 0) << end.output << end.errors;
  }
  /// An ECDSA signature over a digest by pkcs11-tool, checked by openssl.
  void expect_signature(std::string_view module, const std::string& id, const std::string& public_key) {
    folder_.write("digest", "0123456789abcdef0123456789abcdef");
    const ProcessEnd end =
        tool({"pkcs11-tool", "--module", std::string(module), "--login", "--pin", "123456", "--sign", "-m", "ECDSA",
              "--id", id, "-i", "digest", "-o", "signature", "--signature-format", "openssl"});
    EXPECT_EQ(end.status, 0) << end.output << end.errors;
    const ProcessEnd check = tool(
        {"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public_key, "-in", "digest", "-sigfile", "signature"});
    EXPECT_EQ(check.status, 0) << check.output << check.errors;
  }

  TemporaryFolder folder_;
  std::optional<VirtualCard> reader_;
};

TEST_F(StockTools, StatusShowsVersionSerialNumberAndSlots) {
  start({.firmware = "5.4.3", .serial = 4711, .keys = {{.slot = 0x9a}, {.slot = 0x9d, .algorithm = "rsa2048"}}});
  const auto end = piv({"-a", "status"});
  EXPECT_EQ(end.status, 0) << end.errors;
  for (const char* part : {"5.4.3", "4711", "Slot 9a", "ECCP256", "Slot 9d", "RSA2048", "PIN tries left:\t3"}) {
    EXPECT_THAT(end.output, HasSubstr(part));
  }
}

TEST_F(StockTools, StatusIsReadOfEachGeneration) {
  for (const char* firmware : {"4.3.7", "5.2.7", "5.7.1"}) {
    start({.firmware = firmware});
    const auto end = piv({"-a", "status"});
    EXPECT_THAT(end.output, HasSubstr(firmware)) << end.errors;
    EXPECT_THAT(end.output, HasSubstr("Slot 9c")) << firmware;
  }
}

TEST_F(StockTools, GenerateAttestAndImportTheCertificate) {
  start({.keys = {}});
  expect_piv({"-a", "generate", "-s", "9a", "-A", "ECCP256", "-o", "public.pem", "--pin-policy=once"});
  expect_piv({"-a", "attest", "-s", "9a", "-o", "attestation.pem"});
  expect_piv({"-a", "read-certificate", "-s", "f9", "-o", "f9.pem"});
  folder_.write("root.pem", reader_->attestation_root());
  const auto chain = tool({"openssl", "verify", "-CAfile", "root.pem", "-untrusted", "f9.pem", "attestation.pem"});
  EXPECT_EQ(chain.status, 0) << chain.output << chain.errors;
  expect_piv({"-a", "import-certificate", "-s", "9a", "-i", "attestation.pem"});
  expect_piv({"-a", "verify-pin", "-P", "123456", "-a", "test-signature", "-s", "9a", "-i", "attestation.pem"});
  expect_signature(kYkcs11, "01", "public.pem");
  expect_signature(kOpenSc, "01", "public.pem");
}

TEST_F(StockTools, GenerateAndTestAKeyOfRsa) {
  start({.keys = {}});
  expect_piv({"-a", "generate", "-s", "9e", "-A", "RSA2048", "-o", "public.pem"});
  expect_piv({"-a", "attest", "-s", "9e", "-o", "attestation.pem"});
  expect_piv({"-a", "test-signature", "-s", "9e", "-i", "attestation.pem"});
}

TEST_F(StockTools, ImportKeysOfOthers) {
  start({.keys = {}});
  ASSERT_EQ(tool({"openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "ec.pem"}).status, 0);
  ASSERT_EQ(tool({"openssl", "genrsa", "-out", "rsa.pem", "2048"}).status, 0);
  for (const char* key : {"ec.pem", "rsa.pem"}) {
    expect_piv({"-a", "import-key", "-s", "9e", "-i", key});
    ASSERT_EQ(tool({"openssl", "req", "-x509", "-key", key, "-subj", "/CN=x", "-out", "certificate.pem"}).status, 0);
    expect_piv({"-a", "test-signature", "-s", "9e", "-i", "certificate.pem"});
    EXPECT_NE(piv({"-a", "attest", "-s", "9e"}).status, 0) << "was not made on the card";
  }
}

TEST_F(StockTools, ChangeAndUnblockPins) {
  start();
  expect_piv({"-a", "change-pin", "-P", "123456", "-N", "654321"});
  expect_piv({"-a", "change-puk", "-P", "12345678", "-N", "87654321"});
  EXPECT_THAT(piv({"-a", "verify-pin", "-P", "123456"}).errors, HasSubstr("2 tries left"));
  expect_piv({"-a", "unblock-pin", "-P", "87654321", "-N", "123456"});
  expect_piv({"-a", "verify-pin", "-P", "123456"});
  EXPECT_EQ(reader_->count_wrong_pins(), 1);
}

TEST_F(StockTools, SetTriesWithPinAndManagementKey) {
  start();
  expect_piv({"-a", "verify-pin", "-P", "123456", "-a", "pin-retries", "--pin-retries=5", "--puk-retries=4"});
  EXPECT_THAT(piv({"-a", "status"}).output, HasSubstr("PIN tries left:\t5"));
}

TEST_F(StockTools, SetTheManagementKeyAndUseIt) {
  start();
  expect_piv({"-a", "set-mgm-key", "-n", kOtherKey});
  EXPECT_NE(piv({"-a", "set-chuid"}).status, 0);
  expect_piv({"-k" + kOtherKey, "-a", "set-chuid", "-a", "set-ccc"});
}

TEST_F(StockTools, CannotProveAManagementKeyOfAes) {
  start({.firmware = "5.7.1"});
  EXPECT_NE(piv({"-a", "set-chuid"}).status, 0) << "this version knows only 3DES, as with a real card";
}

TEST_F(StockTools, ResetACardThatIsBlocked) {
  start({.tries = 1, .puk_tries = 1});
  EXPECT_NE(piv({"-a", "reset"}).status, 0);
  EXPECT_NE(piv({"-a", "verify-pin", "-P", "000000"}).status, 0);
  EXPECT_NE(piv({"-a", "change-puk", "-P", "00000000", "-N", "87654321"}).status, 0);
  expect_piv({"-a", "reset"});
  expect_piv({"-a", "verify-pin", "-P", "123456"});
}

TEST_F(StockTools, ModulesSeeAKeyWhoseCertificateLiesInItsSlot) {
  start({.keys = {{.slot = 0x9a, .algorithm = "p384"}}});
  for (const std::string_view module : {kYkcs11, kOpenSc}) {
    const auto end = tool({"pkcs11-tool", "--module", std::string(module), "--list-objects", "--type", "cert"});
    EXPECT_THAT(end.output, HasSubstr("CN=virtual card")) << module << end.errors;
  }
}

}  // namespace
}  // namespace signet::test
