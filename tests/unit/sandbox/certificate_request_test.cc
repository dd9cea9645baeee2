#include "sandbox/certificate_request.h"

#include <algorithm>

#include "common/pem.h"
#include "sandbox/software_key.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

// Made with OpenSSL 3.0: openssl ecparam -name prime256v1 -genkey -noout -out k.pem
//                        openssl req -new -key k.pem -subj /
constexpr std::string_view kP256 = R"(-----BEGIN CERTIFICATE REQUEST-----
MIG6MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHtYe4II33vMdQaK
vQCJ4nXqh3l9aFJ9ELcsfcRS4A+s1z2H8QuLrI+sldHsMKBsre6vzYq5tPxc6QGd
Amu5PPOgADAKBggqhkjOPQQDAgNIADBFAiAHjvSaaoCTWSKLlSVh4RD+khw8DsdG
M6uzrpL+dwZWywIhANdejb98cHuuCUJ+F4+5au8fWR61d81k18n5obUvNvYJ
-----END CERTIFICATE REQUEST-----
)";
// openssl pkey -in k.pem -pubout
constexpr std::string_view kP256Key = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEe1h7ggjfe8x1Boq9AInideqHeX1o
Un0Qtyx9xFLgD6zXPYfxC4usj6yV0ewwoGyt7q/Nirm0/FzpAZ0Ca7k88w==
-----END PUBLIC KEY-----
)";
// The same for secp384r1, with -sha384 and with -sha256.
constexpr std::string_view kP384 = R"(-----BEGIN CERTIFICATE REQUEST-----
MIH4MH8CAQAwADB2MBAGByqGSM49AgEGBSuBBAAiA2IABGeob7aIVm0t04x+EOsw
pSVmn2+khRgd/2/8TWTEdY2AM5Wz7CCAtYl9RoSJ2uPInlo1bMGS6cQxySTZaoMj
HrNZ9ApAk+yEYkE4XyboHfB1shR6agrrXUEI0Az0WOnshaAAMAoGCCqGSM49BAMD
A2kAMGYCMQDzoJzuFHFayb1nqNf6W7j+f6g3EfZUc8btCILeAG7vG3dbI90vcaKJ
JDGsWvl80i0CMQDF1KQRi2Dwq3Ke5SCQ3zLP6TAiD3mgujpY45uo+25kHRhqP4v4
/WzO+ObK/COest0=
-----END CERTIFICATE REQUEST-----
)";
constexpr std::string_view kP384WithSha256 = R"(-----BEGIN CERTIFICATE REQUEST-----
MIH4MH8CAQAwADB2MBAGByqGSM49AgEGBSuBBAAiA2IABGeob7aIVm0t04x+EOsw
pSVmn2+khRgd/2/8TWTEdY2AM5Wz7CCAtYl9RoSJ2uPInlo1bMGS6cQxySTZaoMj
HrNZ9ApAk+yEYkE4XyboHfB1shR6agrrXUEI0Az0WOnshaAAMAoGCCqGSM49BAMC
A2kAMGYCMQC/NTz7Ri0lTHwehZH0WQ6lRq0dV17ae2DSCNN13eQeYzsrfN8lW43c
Zsq6qS6X6rMCMQCDoW5nCxveBoRxuhlC4AZBvbQI8qKlTtLf5I+11UgEZgOnHKqz
0zMW0GShR0xNeN0=
-----END CERTIFICATE REQUEST-----
)";
// openssl genpkey -algorithm ed25519
constexpr std::string_view kEd25519 = R"(-----BEGIN CERTIFICATE REQUEST-----
MH8wMwIBADAAMCowBQYDK2VwAyEA2pQf5XyPHXC+XxFRXzZf0TkhJc6IAU1tNVtr
DeLroKigADAFBgMrZXADQQA/5s7yKrjXmOAU7kQEuVyXBp6s/MK9G/6jSoMff1kd
trchY5hbiJqM8atTN014PPTR+ig+xV4kQ1pq//AcrRYG
-----END CERTIFICATE REQUEST-----
)";
// openssl genrsa 1024
constexpr std::string_view kRsa1024 = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBPzCBqQIBADAAMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZOV6Fsl28
29+oEP6JJdReWBCiSI+9W9r1S55tokF5kMbEIrL8T00YC1eYKTl8a0prEnXu3ShP
XlkvkljUlFL41qUQO8iUJiJFH7jpzqTCXjbI3w8bLRwl528AbfLz4O/gnY7wGFod
/qCB099rxm8RHJIVtXWzfGigozT6JnENEwIDAQABoAAwDQYJKoZIhvcNAQELBQAD
gYEANDfH4HpKyuH91dBBIEbWx8C/MLzy5SjaOxOcBNCjzPu6VUeLziCnzU1HOJ5L
AW3isUlZsuy10hTO6pUefE+dPSqir/pa/OT0QtJJd7+D75/GTmdf72MGh1anDA0d
mraihp1RxTnhG+njTCiLzsYov9QmDkx0kn6Hs+ZkkJykjgA=
-----END CERTIFICATE REQUEST-----
)";

std::string with_changed_byte(std::string_view pem, std::size_t from_the_end) {
  Bytes der = parse_pem("CERTIFICATE REQUEST", pem).value();
  der.at(der.size() - from_the_end) ^= 1U;
  return encode_pem("CERTIFICATE REQUEST", der);
}

TEST(CertificateRequest, YieldsTheKeyThatSignedIt) {
  const auto key = parse_certificate_request(kP256);
  ASSERT_TRUE(key.has_value()) << key.error().sentence();
  EXPECT_TRUE(equal(key->spki(), parse_pem("PUBLIC KEY", kP256Key).value()));
  EXPECT_EQ(parse_certificate_request(kP384)->kind(), sigstore::KeyKind::EcdsaP384);
  EXPECT_EQ(parse_certificate_request(kEd25519)->kind(), sigstore::KeyKind::Ed25519);
}

TEST(CertificateRequest, RefusesASignatureThatDoesNotVerify) {
  constexpr std::size_t kInTheSignature = 1;
  test::expect_refusal(parse_certificate_request(with_changed_byte(kP256, kInTheSignature)), ErrorCode::InvalidRequest,
                       fulcio_message::kSignature);
}

TEST(CertificateRequest, RefusesTheRequestOfOneKeyUnderTheSignatureOfAnother) {
  Bytes request = parse_pem("CERTIFICATE REQUEST", kP256).value();
  const Bytes own = parse_pem("PUBLIC KEY", kP256Key).value();
  const auto at = std::ranges::search(request, own).begin();
  ASSERT_NE(at, request.end());
  std::ranges::copy(SoftwareKey::generate().public_key().spki(), at);
  test::expect_refusal(parse_certificate_request(encode_pem("CERTIFICATE REQUEST", request)), ErrorCode::InvalidRequest,
                       fulcio_message::kSignature);
}

TEST(CertificateRequest, RefusesAnotherHashThanTheKeysOwn) {
  test::expect_refusal(parse_certificate_request(kP384WithSha256), ErrorCode::InvalidRequest,
                       fulcio_message::kAlgorithm);
}

TEST(CertificateRequest, RefusesAWeakKey) {
  test::expect_refusal(parse_certificate_request(kRsa1024), ErrorCode::InvalidRequest, fulcio_message::kKeyInsecure);
}

TEST(CertificateRequest, RefusesWhatIsNoRequest) {
  for (const std::string_view text : {std::string_view(), std::string_view("garbage"), kP256Key}) {
    test::expect_refusal(parse_certificate_request(text), ErrorCode::InvalidRequest, fulcio_message::kRequestMalformed);
  }
}

TEST(CertificateRequest, RefusesEveryRequestThatIsCutOff) {
  const Bytes whole = parse_pem("CERTIFICATE REQUEST", kP256).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = encode_pem("CERTIFICATE REQUEST", ByteView(whole).first(size));
    ASSERT_FALSE(parse_certificate_request(cut).has_value()) << size;
  }
}

}  // namespace
}  // namespace signet::sandbox
