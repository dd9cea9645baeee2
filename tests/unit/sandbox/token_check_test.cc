#include "sandbox/token_check.h"

#include "common/base64.h"
#include "json/writer.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

const WallTime kNow = wall_time_from_unix(1'800'000'000);
constexpr const char* kUrl = "http://127.0.0.1:20001";

class TokenCheck : public testing::Test {
 protected:
  [[nodiscard]] Result<TokenIdentity> check(const TokenOptions& options, WallTime now = kNow) const {
    return check_token(issuer_.mint(options, kNow).reveal(), issuer_, now);
  }
  /// A token with this header and these claims under the issuer's own signature.
  [[nodiscard]] std::string sign(const json::Object& header, const json::Object& claims) const {
    const std::string text =
        encode_base64url(bytes_of(json::write(header))) + "." + encode_base64url(bytes_of(json::write(claims)));
    return text + "." + encode_base64url(issuer_.key().sign_jws(bytes_of(text)));
  }
  [[nodiscard]] Result<TokenIdentity> check_claims(const json::Object& claims) const {
    return check_token(sign({{"alg", "ES256"}}, claims), issuer_, kNow);
  }
  void expect_refused(const TokenOptions& options, std::string_view reason, WallTime now = kNow) const {
    test::expect_refusal(check(options, now), ErrorCode::InvalidRequest, reason);
  }

  OidcIssuer issuer_{SoftwareKey::generate(), kUrl};
  TokenOptions good_{.email = "a@b.test"};
  json::Object claims_{{"iss", kUrl},
                       {"sub", "a@b.test"},
                       {"aud", "sigstore"},
                       {"email", "a@b.test"},
                       {"email_verified", true},
                       {"iat", unix_seconds(kNow)},
                       {"exp", unix_seconds(kNow) + 60}};
};

TEST_F(TokenCheck, YieldsWhomTheTokenNames) {
  const auto identity = check(good_);
  ASSERT_TRUE(identity.has_value()) << identity.error().sentence();
  EXPECT_EQ(identity->email, "a@b.test");
  EXPECT_EQ(identity->issuer, kUrl);
}

TEST_F(TokenCheck, RefusesAnotherAudience) {
  good_.audience = "another";
  expect_refused(good_, "for another audience");
}

TEST_F(TokenCheck, TakesAListOfAudiencesThatHasOurs) {
  claims_.set("aud", json::Array{"another", "sigstore"});
  EXPECT_TRUE(check_claims(claims_).has_value());
  claims_.set("aud", json::Array{"another"});
  test::expect_refusal(check_claims(claims_), ErrorCode::InvalidRequest, "for another audience");
}

TEST_F(TokenCheck, RefusesAnotherIssuer) {
  good_.issuer = std::string(kUrl) + "/";
  expect_refused(good_, "of another issuer");
}

TEST_F(TokenCheck, RefusesAnExpiredTokenFromItsLastSecondOn) {
  EXPECT_TRUE(check(good_, kNow + std::chrono::seconds(3599)).has_value());
  expect_refused(good_, "has expired", kNow + std::chrono::seconds(3600));
}

TEST_F(TokenCheck, RefusesATokenThatIsNotValidYetBeyondFiveSeconds) {
  good_.not_before = kNow + std::chrono::seconds(5);
  EXPECT_TRUE(check(good_).has_value());
  good_.not_before = kNow + std::chrono::seconds(6);
  expect_refused(good_, "not valid yet");
}

TEST_F(TokenCheck, RefusesATokenOfTheFuture) {
  EXPECT_TRUE(check(good_, kNow - std::chrono::seconds(5)).has_value());
  expect_refused(good_, "not valid yet", kNow - std::chrono::seconds(6));
}

TEST_F(TokenCheck, RefusesAlgNone) {
  good_.without_signature = true;
  expect_refused(good_, "algorithm is not ES256");
}

TEST_F(TokenCheck, RefusesAnotherAlgorithmUnderAGoodSignature) {
  ASSERT_TRUE(check_token(sign({{"alg", "ES256"}}, claims_), issuer_, kNow).has_value());
  for (const char* algorithm : {"HS256", "es256", "RS256", "None"}) {
    test::expect_refusal(check_token(sign({{"alg", algorithm}}, claims_), issuer_, kNow), ErrorCode::InvalidRequest,
                         "algorithm is not ES256");
  }
}

TEST_F(TokenCheck, RefusesASignatureOfAnotherKey) {
  good_.by_other_key = true;
  expect_refused(good_, "signature does not verify");
}

TEST_F(TokenCheck, RefusesAKeyThatTheIssuerDoesNotHave) {
  test::expect_refusal(check_token(sign({{"alg", "ES256"}, {"kid", "0"}}, claims_), issuer_, kNow),
                       ErrorCode::InvalidRequest, "a key that the issuer does not have");
}

TEST_F(TokenCheck, RefusesClaimsThatWereChangedAfterwards) {
  const std::string good = sign({{"alg", "ES256"}}, claims_);
  claims_.set("email", "b@b.test");
  const std::string other = sign({{"alg", "ES256"}}, claims_);
  const std::string mixed = other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'));
  test::expect_refusal(check_token(mixed, issuer_, kNow), ErrorCode::InvalidRequest, "signature does not verify");
}

TEST_F(TokenCheck, RefusesAnAddressThatNobodyVerified) {
  good_.email_verified = false;
  expect_refused(good_, "e-mail address is not verified");
}

TEST_F(TokenCheck, RefusesATokenWithoutAnyOfItsClaims) {
  ASSERT_TRUE(check_claims(claims_).has_value());
  for (const auto& [left_out, value] : claims_.members()) {
    json::Object claims;
    for (const auto& [name, kept] : claims_.members()) {
      if (name != left_out) claims.set(name, kept);
    }
    const auto refused = check_claims(claims);
    ASSERT_FALSE(refused.has_value()) << left_out;
    EXPECT_THAT(refused.error().what, testing::HasSubstr(left_out == "email_verified" ? "not verified" : left_out));
  }
}

TEST_F(TokenCheck, RefusesAnAddressThatNoCertificateCanHold) {
  good_.email = "not an address";
  expect_refused(good_, "names nobody");
}

TEST_F(TokenCheck, RefusesMomentsThatAreNone) {
  claims_.set("exp", std::int64_t{253402300800});
  test::expect_refusal(check_claims(claims_), ErrorCode::InvalidRequest, "is not a moment");
}

TEST_F(TokenCheck, RefusesWhatIsNoToken) {
  test::expect_refusal(check_token("", issuer_, kNow), ErrorCode::InvalidRequest, "three parts");
  test::expect_refusal(check_token("a.b", issuer_, kNow), ErrorCode::InvalidRequest, "three parts");
  test::expect_refusal(check_token("!.!.!", issuer_, kNow), ErrorCode::InvalidRequest, "not base64url");
  test::expect_refusal(check_token(std::string(33000, '.'), issuer_, kNow), ErrorCode::InvalidRequest, "too long");
  const std::string good = sign({{"alg", "ES256"}}, claims_);
  test::expect_refusal(check_token(good + ".more", issuer_, kNow), ErrorCode::InvalidRequest,
                       "signature does not verify");
}

}  // namespace
}  // namespace signet::sandbox
