#include "sigstore/services/fulcio.h"

#include "sandbox/certificate_request.h"
#include "sandbox/http_server.h"
#include "sigstore/encoding/hash.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kEmail = "jane@sandbox.test";

class Fulcio : public test::WithSandbox {
 protected:
  Fulcio() {
    const WallTime now = SystemClock().now();
    sandbox_->with([&](sandbox::Sandbox& all) {
      auto token = IdentityToken::parse(all.oidc_issuer().mint({.email = std::string(kEmail)}, now), "sigstore", now);
      if (token) token_.emplace(std::move(*token));
    });
    proof_ = key_.sign_digest(proof_of_possession_digest(*token_, KeyKind::EcdsaP256));
  }

  Result<Certificate> ask(Deadline deadline = Deadline::after(std::chrono::seconds(20))) {
    return await(request_certificate(transport_, urls_.ca, *token_, key_.public_key(), proof_, deadline));
  }

  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  std::optional<IdentityToken> token_;
  Bytes proof_;
};

TEST_F(Fulcio, ProofOfPossessionSignsTheSubjectByTheKeysOwnHash) {
  EXPECT_EQ(proof_of_possession_digest(*token_, KeyKind::EcdsaP256), hash(HashAlgorithm::Sha256, bytes_of(kEmail)));
  EXPECT_EQ(proof_of_possession_digest(*token_, KeyKind::EcdsaP384), hash(HashAlgorithm::Sha384, bytes_of(kEmail)));
  EXPECT_EQ(proof_of_possession_digest(*token_, KeyKind::Rsa3072), hash(HashAlgorithm::Sha256, bytes_of(kEmail)));
}

TEST_F(Fulcio, YieldsTheCertificateOfOurKey) {
  const auto leaf = ask();
  ASSERT_TRUE(leaf.has_value()) << leaf.error().sentence();
  EXPECT_EQ(leaf->public_key(), key_.public_key());
  EXPECT_EQ(leaf->subject_alternative_name()->value, kEmail);
  EXPECT_EQ(leaf->oidc_issuer().value(), urls_.issuer);
}

TEST_F(Fulcio, TakesABaseUrlThatEndsInASlash) {
  urls_.ca += "/";
  EXPECT_TRUE(ask().has_value());
}

TEST_F(Fulcio, NamesTheAuthorityAndWhatIsWrongWithIt) {
  const std::vector<std::tuple<std::string, ErrorCode, std::string>> kRows = {
      {"refuse", ErrorCode::CaUnavailable, "no answer from 127.0.0.1"},
      {"hang", ErrorCode::Deadline, "did not answer in time"},
      {"500", ErrorCode::CaUnavailable, "answered with status 500: the sandbox was told to fail"},
      {"garbage", ErrorCode::CaRefused, "its reply holds no certificate"},
      {"stored-but-answer-lost", ErrorCode::CaUnavailable, "no answer from 127.0.0.1"},
  };
  for (const auto& [mode, code, part] : kRows) {
    fault(sandbox::Service::Ca, mode);
    const auto leaf = ask(test::patience_for(mode));
    test::expect_error(leaf, code, urls_.ca, part);
    EXPECT_THAT(leaf.error().what, HasSubstr("the certificate authority"));
  }
  fault(sandbox::Service::Ca, "none");
  EXPECT_TRUE(ask().has_value());
}

TEST_F(Fulcio, AsksOnceAlone) {
  fault(sandbox::Service::Ca, "stored-but-answer-lost", 1);
  EXPECT_FALSE(ask().has_value());
  EXPECT_EQ(requests(sandbox::Service::Ca), 1) << "each request costs a certificate in the CT log";
}

TEST_F(Fulcio, SaysWhyTheAuthorityRefusedTheProof) {
  proof_ = key_.sign_message(bytes_of("somebody-else@sandbox.test"));
  test::expect_error(ask(), ErrorCode::CaRefused, urls_.ca, std::string(sandbox::fulcio_message::kSignature));
}

TEST_F(Fulcio, SaysThatTheCtLogStandsInTheWay) {
  fault(sandbox::Service::CtLog, "500");
  test::expect_error(ask(), ErrorCode::CaUnavailable, urls_.ca, std::string(sandbox::fulcio_message::kCtLog));
}

/// A CA that answers as a test says, and that has read the request.
class QuotingCa : public Fulcio {
 protected:
  QuotingCa() {
    auto server = sandbox::HttpServer::listen(loop_.get_executor(), 0,
                                              [this](const sandbox::HttpCall& call) -> Awaitable<sandbox::HttpReply> {
                                                body_ = call.body;
                                                co_return reply_;
                                              });
    if (!server) std::abort();
    urls_.ca = "http://127.0.0.1:" + std::to_string(server->port());
    server_.emplace(std::move(*server));
  }

  std::optional<sandbox::HttpServer> server_;
  sandbox::HttpReply reply_;
  std::string body_;
};

TEST_F(QuotingCa, NeverMakesUsShowTheToken) {
  const std::string jwt(token_->jwt().reveal());
  const std::string quoted = R"({"code":3,"message":"bad token )" + jwt + R"("})";
  const std::string as_leaf = R"({"signedCertificateEmbeddedSct":{"chain":{"certificates":[")" + jwt + R"("]}}})";
  const std::vector<sandbox::HttpReply> kReplies = {
      {.status = 400, .body = quoted},
      {.status = 400, .content_type = "text/plain", .body = "the end of it: " + jwt.substr(jwt.size() - 30)},
      {.status = 400, .body = R"({"message":"the part in the middle: )" + jwt.substr(jwt.find('.'), 100) + "\"}"},
      {.status = 500, .body = quoted},
      {.status = 200, .body = as_leaf},
      {.status = 200, .body = jwt},
      {.status = 200, .body = "{\"" + jwt + "\":1}"},
      {.status = 302, .body = "", .headers = {{"Location", "https://ca.test/?token=" + jwt}}},
  };
  for (const auto& reply : kReplies) {
    reply_ = reply;
    const auto leaf = ask();
    ASSERT_FALSE(leaf.has_value());
    const std::string shown = leaf.error().sentence() + leaf.error().remedy;
    for (std::size_t i = 0; i + 16 <= jwt.size(); ++i) {
      ASSERT_THAT(shown, Not(HasSubstr(jwt.substr(i, 16)))) << "in the reply with status " << reply.status;
    }
  }
  EXPECT_THAT(body_, HasSubstr(jwt)) << "the CA did get it";
}

TEST_F(QuotingCa, ShowsItsMessageSafely) {
  reply_ = {.status = 400,
            .body =
                "{\"message\":\"no\\u001b[31m\\nCaRefused: \xe2\x80\xae"
                "evil\"}"};
  const auto leaf = ask();
  test::expect_error(leaf, ErrorCode::CaRefused, urls_.ca, "answered with status 400: no");
  for (const char* part : {"\x1b", "\n", "\xe2\x80\xae"}) EXPECT_THAT(leaf.error().what, Not(HasSubstr(part)));
}

TEST_F(QuotingCa, IsUnavailableWhereItHasTooMuchToDo) {
  reply_ = {.status = 429, .body = R"({"message":"slow down"})"};
  test::expect_error(ask(), ErrorCode::CaUnavailable, urls_.ca, "answered with status 429: slow down");
}

TEST_F(QuotingCa, IsRefusedWhereItsReplyIsTooLong) {
  reply_ = {.body = std::string(std::size_t{257} * 1024, ' ')};
  test::expect_error(ask(), ErrorCode::CaRefused, urls_.ca, "longer than");
}

}  // namespace
}  // namespace signet::sigstore
