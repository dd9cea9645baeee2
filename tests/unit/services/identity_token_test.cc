#include "sigstore/services/identity_token.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sigstore {
namespace {

const WallTime kNow = wall_time_from_unix(1'800'000'000);
constexpr std::string_view kGood =
    R"({"iss":"https://issuer.test","sub":"jane@example.test","aud":"sigstore","email":"jane@example.test",)"
    R"("email_verified":true,"iat":1799999990,"nbf":1799999990,"exp":1800000600})";

std::string jwt_of(std::string_view claims) {
  return encode_base64url(bytes_of(R"({"alg":"ES256"})")) + "." + encode_base64url(bytes_of(claims)) + "." +
         encode_base64url(bytes_of("signature"));
}

/// The good claims with one changed; a null value takes it out.
std::string with(std::string_view name, json::Value value) {
  auto claims = json::parse(kGood);
  json::Object changed;
  for (const auto& [key, old] : claims->as_object()->members()) {
    if (key != name) changed.set(key, old);
  }
  if (!value.is_null()) changed.set(std::string(name), std::move(value));
  return json::write(changed);
}

Result<IdentityToken> parse(std::string_view claims) {
  return IdentityToken::parse(Secret(jwt_of(claims)), "sigstore", kNow);
}

void expect_refused(const Result<IdentityToken>& token, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(token.has_value());
  EXPECT_EQ(token.error().code, code);
  EXPECT_NE(token.error().what.find(part), std::string::npos) << token.error().what;
}

TEST(IdentityToken, SaysWhoAndUntilWhen) {
  const auto token = parse(kGood);
  ASSERT_TRUE(token.has_value()) << token.error().sentence();
  EXPECT_EQ(token->issuer(), "https://issuer.test");
  EXPECT_EQ(token->certificate_issuer(), "https://issuer.test");
  EXPECT_EQ(token->subject(), "jane@example.test");
  EXPECT_EQ(token->expires(), wall_time_from_unix(1'800'000'600));
  EXPECT_EQ(token->jwt().reveal(), jwt_of(kGood));
}

TEST(IdentityToken, TakesTheSubjectWhereThereIsNoEmail) {
  const auto token = parse(with("email", nullptr));
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->subject(), "jane@example.test");
}

TEST(IdentityToken, TakesTheSubjectOfGithubActionsWhateverTheEmailSays) {
  const auto token = parse(
      R"({"iss":"https://token.actions.githubusercontent.com","sub":"repo:o/r:ref:refs/heads/main","aud":"sigstore",)"
      R"("email":"x@example.test","iat":1799999990,"exp":1800000600})");
  ASSERT_TRUE(token.has_value()) << token.error().sentence();
  EXPECT_EQ(token->subject(), "repo:o/r:ref:refs/heads/main");
}

TEST(IdentityToken, NamesTheFederatedIssuerThatTheCertificateWillName) {
  const auto token = parse(with("federated_claims", json::Object{{"connector_id", "https://github.com/login/oauth"}}));
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->certificate_issuer(), "https://github.com/login/oauth");
  EXPECT_EQ(token->issuer(), "https://issuer.test");
}

TEST(IdentityToken, TakesAListOfAudiences) {
  EXPECT_TRUE(parse(with("aud", json::Array{"other", "sigstore"})).has_value());
  expect_refused(parse(with("aud", json::Array{"other"})), ErrorCode::LoginRequired, "another audience");
}

TEST(IdentityToken, TakesTheTextThatSomeIssuersWriteForVerified) {
  EXPECT_TRUE(parse(with("email_verified", "true")).has_value());
}

TEST(IdentityToken, RefusesAnotherAudience) {
  expect_refused(parse(with("aud", "kubernetes")), ErrorCode::LoginRequired, "another audience than sigstore");
}

TEST(IdentityToken, RefusesOneThatHasEnded) {
  expect_refused(parse(with("exp", 1'800'000'000)), ErrorCode::LoginRequired, "it ended at 2027-01-15T08:00:00Z");
  EXPECT_TRUE(parse(with("exp", 1'800'000'001)).has_value());
}

TEST(IdentityToken, RefusesOneThatHasNotBegun) {
  expect_refused(parse(with("nbf", 1'800'000'006)), ErrorCode::LoginRequired, "begins in the future");
  expect_refused(parse(with("iat", 1'800'000'006)), ErrorCode::LoginRequired, "begins in the future");
  EXPECT_TRUE(parse(with("nbf", 1'800'000'005)).has_value()) << "clocks differ a little";
}

TEST(IdentityToken, RefusesAnEmailThatNobodyVerified) {
  expect_refused(parse(with("email_verified", false)), ErrorCode::LoginRequired, "not verified the e-mail");
  expect_refused(parse(with("email_verified", nullptr)), ErrorCode::LoginRequired, "not verified the e-mail");
}

TEST(IdentityToken, RefusesMissingClaimsAndNamesThem) {
  for (const char* claim : {"iss", "sub", "aud", "iat", "exp"}) {
    expect_refused(parse(with(claim, nullptr)), ErrorCode::InvalidRequest, claim);
  }
}

TEST(IdentityToken, RefusesClaimsOfAnotherKind) {
  expect_refused(parse(with("iss", 5)), ErrorCode::InvalidRequest, "iss");
  expect_refused(parse(with("exp", "soon")), ErrorCode::InvalidRequest, "exp");
  expect_refused(parse(with("exp", 1e300)), ErrorCode::InvalidRequest, "exp");
  expect_refused(parse(with("aud", 7)), ErrorCode::InvalidRequest, "aud");
  expect_refused(parse(with("sub", "")), ErrorCode::InvalidRequest, "names nobody");
}

TEST(IdentityToken, RefusesWhatIsNoJwtAndNeverQuotesIt) {
  const std::string good = jwt_of(kGood);
  for (const std::string& broken :
       {std::string(), std::string("hidden"), std::string("hidden.hidden"), good + ".hidden", "hid=den" + good,
        std::string(40'000, 'h'), "aGlkZGVu." + good.substr(good.find('.') + 1)}) {
    const auto token = IdentityToken::parse(Secret(std::string(broken)), "sigstore", kNow);
    expect_refused(token, ErrorCode::InvalidRequest, "the ID token is malformed");
    EXPECT_EQ(token.error().what.find("hidden"), std::string::npos) << token.error().what;
  }
}

TEST(IdentityToken, RefusesRepeatedClaims) {
  expect_refused(parse(R"({"iss":"a","iss":"b","sub":"x","aud":"sigstore","iat":1,"exp":1800000600})"),
                 ErrorCode::InvalidRequest, "claims are not a JSON object");
}

}  // namespace
}  // namespace signet::sigstore
