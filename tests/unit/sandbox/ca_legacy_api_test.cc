// Fulcio's v1 path: what old clients ask, on the same CA.
#include "common/base64.h"
#include "common/pem.h"
#include "json/writer.h"
#include "sandbox/ca_api.h"
#include "sandbox/certificate_request.h"
#include "sigstore/verify/issued_certificate.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::HttpResponse;
using testing::HasSubstr;

class CaLegacyApi : public AskedSandbox {
 protected:
  HttpResponse sign(ByteView key, std::string_view proven) {
    const json::Object public_key{{"content", encode_base64(key)}, {"algorithm", "ecdsa"}};
    const std::string body = json::write(json::Object{
        {"publicKey", public_key}, {"signedEmailAddress", encode_base64(key_.sign_message(bytes_of(proven)))}});
    Headers headers{{"Authorization", "Bearer " + mint({.email = std::string(kAddress)})}};
    return ask("POST", urls_.ca + "/api/v1/signingCert", body, std::move(headers));
  }
  void expect_certificate(const HttpResponse& response) {
    ASSERT_EQ(response.status, 201) << text_of(response.body);
    EXPECT_EQ(response.header("content-type"), "application/pem-certificate-chain");
    const auto chain = parse_pem_chain("CERTIFICATE", text_of(response.body));
    ASSERT_TRUE(chain.has_value()) << chain.error().sentence();
    ASSERT_EQ(chain->size(), 3U) << "leaf, intermediate, root";
    const auto leaf = sigstore::Certificate::from_der(chain->front());
    ASSERT_TRUE(leaf.has_value());
    const auto verified = sigstore::verify_issued_certificate(*leaf, key_.public_key(), kAddress, urls_.issuer, root_,
                                                              SystemClock().now());
    EXPECT_TRUE(verified.has_value()) << verified.error().sentence();
  }

  SoftwareKey key_ = SoftwareKey::generate();
};

TEST_F(CaLegacyApi, CertifiesAKeyInDerAndInPem) {
  expect_certificate(sign(key_.public_key().spki(), kAddress));
  const std::string pem = encode_pem("PUBLIC KEY", key_.public_key().spki());
  expect_certificate(sign(bytes_of(pem), kAddress));
  EXPECT_EQ(counted(&Counters::certificates), 2);
}

TEST_F(CaLegacyApi, RefusesAProofOfSomethingElse) {
  const auto response = sign(key_.public_key().spki(), "somebody-else@sandbox.test");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(std::string(text_of(response.body)), HasSubstr(fulcio_message::kSignature));
}

TEST_F(CaLegacyApi, RefusesARequestWithoutToken) {
  const auto response = ask("POST", urls_.ca + "/api/v1/signingCert", R"({"certificateSigningRequest":"eA=="})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(std::string(text_of(response.body)), HasSubstr(fulcio_message::kToken));
}

TEST_F(CaLegacyApi, ShowsItsRoot) {
  const auto response = get(urls_.ca + "/api/v1/rootCert");
  ASSERT_EQ(response.status, 200);
  const auto chain = parse_pem_chain("CERTIFICATE", text_of(response.body));
  ASSERT_TRUE(chain.has_value());
  EXPECT_TRUE(equal(chain->back(), root_.certificate_authorities.at(0).chain.back().der()));
}

}  // namespace
}  // namespace signet::sandbox
