#include "sandbox/ca_api.h"

#include "common/base64.h"
#include "common/pem.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sandbox/certificate_request.h"
#include "sigstore/verify/issued_certificate.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::Certificate;
using sigstore::HttpResponse;
using testing::HasSubstr;

class CaApi : public AskedSandbox {
 protected:
  [[nodiscard]] std::string key_request(const std::string& token, const SoftwareKey& prover) const {
    const json::Object key{{"algorithm", "ECDSA"}, {"content", encode_pem("PUBLIC KEY", key_.public_key().spki())}};
    const json::Object request{{"publicKey", key},
                               {"proofOfPossession", encode_base64(prover.sign_message(bytes_of(kAddress)))}};
    return json::write(
        json::Object{{"credentials", json::Object{{"oidcIdentityToken", token}}}, {"publicKeyRequest", request}});
  }

  HttpResponse sign(const std::string& body) { return ask("POST", urls_.ca + "/api/v2/signingCert", body); }
  HttpResponse sign_with(const TokenOptions& options) { return sign(key_request(mint(options), key_)); }

  static Certificate leaf_of(const HttpResponse& response) {
    const auto reply = json::parse(text_of(response.body)).value();
    const auto* chain = reply.as_object()->find("signedCertificateEmbeddedSct")->as_object()->find("chain");
    return Certificate::from_pem(*chain->as_object()->find("certificates")->as_array()->at(0).as_string()).value();
  }

  void expect_refused(const HttpResponse& response, std::string_view message) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(text_of(response.body), R"({"code":3,"message":")" + std::string(message) + R"(","details":[]})");
  }
  /// The token alone is what is wrong: the same without its defect is taken.
  void expect_token_refused(const TokenOptions& bad) {
    const auto issued = counted(&Counters::certificates);
    expect_refused(sign_with(bad), fulcio_message::kToken);
    EXPECT_EQ(counted(&Counters::certificates), issued);
    EXPECT_EQ(sign_with(good_).status, 200);
  }
  /// A lie makes a certificate that signet refuses for this reason; without it the same request is taken.
  void expect_lie(Service service, std::string_view lie, std::string_view reason) {
    fault(service, "lie:" + std::string(lie), 1);
    const auto verdict = verify(leaf_of(sign_with(good_)));
    test::expect_refusal(verdict, ErrorCode::CaRefused, reason);
    const auto twin = verify(leaf_of(sign_with(good_)));
    EXPECT_TRUE(twin.has_value()) << twin.error().sentence();
  }
  Result<sigstore::VerifiedCertificate> verify(const Certificate& leaf) {
    return sigstore::verify_issued_certificate(leaf, key_.public_key(), kAddress, urls_.issuer, root_,
                                               SystemClock().now());
  }

  SoftwareKey key_ = SoftwareKey::generate();
  TokenOptions good_{.email = std::string(kAddress)};
};

TEST_F(CaApi, IssuesForATokenAndAProofOfPossession) {
  const auto response = sign_with(good_);
  ASSERT_EQ(response.status, 200) << text_of(response.body);
  const auto verified = verify(leaf_of(response));
  EXPECT_TRUE(verified.has_value()) << verified.error().sentence();
  EXPECT_EQ(counted(&Counters::certificates), 1);
  EXPECT_EQ(requests(Service::Ca), 1);
  EXPECT_EQ(requests(Service::CtLog), 1);
}

TEST_F(CaApi, TakesTheTokenAsABearer) {
  std::string body = key_request("", key_);
  const auto response = ask("POST", urls_.ca + "/api/v2/signingCert", body,
                            {{"Authorization", "Bearer " + mint(good_)}, {"Content-Type", "application/json"}});
  EXPECT_EQ(response.status, 200) << text_of(response.body);
}

TEST_F(CaApi, RefusesAnotherAudience) {
  TokenOptions bad = good_;
  bad.audience = "another";
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesAnotherIssuer) {
  TokenOptions bad = good_;
  bad.issuer = "https://another-issuer.sandbox.test";
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesAnExpiredToken) {
  TokenOptions bad = good_;
  bad.expires = SystemClock().now() - std::chrono::seconds(1);
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesATokenWithAlgNone) {
  TokenOptions bad = good_;
  bad.without_signature = true;
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesATokenByAnotherKey) {
  TokenOptions bad = good_;
  bad.by_other_key = true;
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesAnAddressThatNobodyVerified) {
  TokenOptions bad = good_;
  bad.email_verified = false;
  expect_token_refused(bad);
}

TEST_F(CaApi, RefusesARequestWithoutAToken) { expect_refused(sign(key_request("", key_)), fulcio_message::kToken); }

TEST_F(CaApi, RefusesAProofOfPossessionByAnotherKey) {
  expect_refused(sign(key_request(mint(good_), SoftwareKey::generate())), fulcio_message::kSignature);
  EXPECT_EQ(counted(&Counters::certificates), 0);
  EXPECT_EQ(sign(key_request(mint(good_), key_)).status, 200);
}

TEST_F(CaApi, RefusesAProofOfPossessionOverAnotherAddress) {
  TokenOptions other = good_;
  other.email = "b@sandbox.test";
  expect_refused(sign(key_request(mint(other), key_)), fulcio_message::kSignature);
}

TEST_F(CaApi, RefusesAKeyThatIsNone) {
  std::string body = key_request(mint(good_), key_);
  body.replace(body.find("PUBLIC KEY"), 10, "SECRET KEY");
  expect_refused(sign(body), fulcio_message::kKeyMalformed);
}

TEST_F(CaApi, RefusesWhatIsNoRequest) {
  for (const std::string_view body : {"", "garbage", "[]", R"({"publicKeyRequest":{}})"}) {
    EXPECT_EQ(sign(std::string(body)).status, 400) << body;
  }
}

// sigstore-python sends certificate requests.
TEST_F(CaApi, IssuesForACertificateRequestThatItsKeySigned) {
  // openssl req -new -key k.pem -subj / (a key of P-256)
  constexpr std::string_view kRequest =
      "-----BEGIN CERTIFICATE REQUEST-----\n"
      "MIG6MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHtYe4II33vMdQaK\n"
      "vQCJ4nXqh3l9aFJ9ELcsfcRS4A+s1z2H8QuLrI+sldHsMKBsre6vzYq5tPxc6QGd\n"
      "Amu5PPOgADAKBggqhkjOPQQDAgNIADBFAiAHjvSaaoCTWSKLlSVh4RD+khw8DsdG\n"
      "M6uzrpL+dwZWywIhANdejb98cHuuCUJ+F4+5au8fWR61d81k18n5obUvNvYJ\n"
      "-----END CERTIFICATE REQUEST-----\n";
  const auto ask_with = [&](std::string_view pem) {
    return sign(json::write(json::Object{{"credentials", json::Object{{"oidcIdentityToken", mint(good_)}}},
                                         {"certificateSigningRequest", encode_base64(bytes_of(pem))}}));
  };
  const auto response = ask_with(kRequest);
  ASSERT_EQ(response.status, 200) << text_of(response.body);
  EXPECT_EQ(leaf_of(response).public_key(), parse_certificate_request(kRequest).value());
  std::string spoiled(kRequest);
  spoiled.replace(spoiled.find("NvYJ"), 4, "NvYI");
  expect_refused(ask_with(spoiled), fulcio_message::kSignature);
}

TEST_F(CaApi, LiesAboutTheKey) { expect_lie(Service::Ca, "other-key", "key"); }
TEST_F(CaApi, LiesAboutTheSan) { expect_lie(Service::Ca, "other-san", "somebody-else@sandbox.test"); }
TEST_F(CaApi, LiesAboutTheIssuer) { expect_lie(Service::Ca, "other-issuer", "another-issuer.sandbox.test"); }
TEST_F(CaApi, LeavesTheSctOut) { expect_lie(Service::Ca, "no-sct", "SctMissing"); }
TEST_F(CaApi, IssuesForTwentyFiveHours) { expect_lie(Service::Ca, "long-lived", "for more than 24 hours"); }
TEST_F(CaApi, IssuesByACaThatNobodyTrusts) { expect_lie(Service::Ca, "untrusted", "CaUntrusted"); }
TEST_F(CaApi, IssuesWhatHasEnded) { expect_lie(Service::Ca, "expired", "the CA's certificate is valid from"); }
TEST_F(CaApi, HandsOutAnSctByAnotherKey) { expect_lie(Service::CtLog, "other-key", "SctInvalid"); }
TEST_F(CaApi, HandsOutAnSctOfAnotherCertificate) { expect_lie(Service::CtLog, "other-certificate", "SctInvalid"); }

TEST_F(CaApi, IssuesNothingWhereTheCtLogFails) {
  for (const std::string_view mode : {"500", "refuse"}) {
    fault(Service::CtLog, mode, 1);
    const auto response = sign_with(good_);
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(std::string(text_of(response.body)), HasSubstr("Error entering certificate in CTL"));
  }
  EXPECT_EQ(counted(&Counters::certificates), 0);
  EXPECT_EQ(sign_with(good_).status, 200);
}

TEST_F(CaApi, CountsACertificateWhoseAnswerIsLost) {
  fault(Service::Ca, "stored-but-answer-lost", 1);
  const std::string body = key_request(mint(good_), key_);
  EXPECT_THAT(trouble(urls_.ca + "/api/v2/signingCert", body, Deadline::after(std::chrono::seconds(20))),
              HasSubstr("no answer"));
  EXPECT_EQ(counted(&Counters::certificates), 1);
}

TEST_F(CaApi, TellsItsChainAndItsIssuer) {
  const auto bundle = get(urls_.ca + "/api/v2/trustBundle");
  EXPECT_EQ(bundle.status, 200);
  const auto value = json::parse(text_of(bundle.body)).value();
  const auto& chain = *value.as_object()->find("chains")->as_array()->at(0).as_object()->find("certificates");
  EXPECT_EQ(*chain.as_array()->at(1).as_string(), sandbox_->facts().state().ca.root.certificate.pem());
  EXPECT_EQ(text_of(get(urls_.ca + "/api/v2/configuration").body),
            R"({"issuers":[{"issuerUrl":")" + urls_.issuer +
                R"(","audience":"sigstore","challengeClaim":"email","issuerType":"email"}]})");
  EXPECT_EQ(get(urls_.ca + "/api/v2/other").status, 404);
  EXPECT_EQ(get(urls_.ca + "/api/v2/signingCert").status, 404);
  EXPECT_EQ(get(urls_.ca + "/healthz").status, 200);
}

}  // namespace
}  // namespace signet::sandbox
