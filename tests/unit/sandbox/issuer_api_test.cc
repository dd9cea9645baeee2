#include "sandbox/issuer_api.h"

#include "json/reader.h"
#include "sandbox/token_check.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using testing::HasSubstr;

class IssuerApi : public AskedSandbox {
 protected:
  std::string token(std::string_view body = R"({"email":"a@sandbox.test"})") {
    const auto response = ask("POST", urls_.issuer + "/mint", body, with_secret());
    EXPECT_EQ(response.status, 200) << text_of(response.body);
    return *json::parse(text_of(response.body))->as_object()->find("id_token")->as_string();
  }
  Result<TokenIdentity> check(std::string_view jwt, std::chrono::seconds later = {}) {
    Result<TokenIdentity> checked = fail(ErrorCode::Bug, "never checked");
    sandbox_->with([&](Sandbox& all) { checked = check_token(jwt, all.oidc_issuer(), SystemClock().now() + later); });
    return checked;
  }
  void expect_lie(const std::string& lie, std::string_view reason) {
    fault(Service::Oidc, "lie:" + lie, 1);
    test::expect_refusal(check(token()), ErrorCode::InvalidRequest, reason);
    EXPECT_TRUE(check(token()).has_value());
  }
};

TEST_F(IssuerApi, TellsWhoItIsAndItsKey) {
  const auto discovery = get(urls_.issuer + "/.well-known/openid-configuration");
  EXPECT_EQ(discovery.status, 200);
  EXPECT_EQ(discovery.header("content-type"), "application/json");
  const auto value = json::parse(text_of(discovery.body)).value();
  EXPECT_EQ(*value.as_object()->find("issuer")->as_string(), urls_.issuer) << "byte for byte as in tokens";
  const auto keys = get(*value.as_object()->find("jwks_uri")->as_string());
  EXPECT_EQ(keys.status, 200);
  EXPECT_THAT(std::string(text_of(keys.body)), HasSubstr(R"("alg":"ES256")"));
}

TEST_F(IssuerApi, MintsForWhoeverKnowsTheSecret) {
  const auto identity = check(token());
  ASSERT_TRUE(identity.has_value()) << identity.error().sentence();
  EXPECT_EQ(identity->email, "a@sandbox.test");
  EXPECT_EQ(counted(&Counters::tokens), 1);
}

TEST_F(IssuerApi, MintsForNobodyElse) {
  for (const Headers& headers :
       {Headers{}, {{"Authorization", "Bearer 0"}}, {{"Authorization", "Basic 0"}}, {{"Authorization", "Bearer "}}}) {
    const auto response = ask("POST", urls_.issuer + "/mint", R"({"email":"a@sandbox.test"})", headers);
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(text_of(response.body), R"({"error":"invalid_token"})");
  }
  EXPECT_EQ(counted(&Counters::tokens), 0);
}

TEST_F(IssuerApi, MakesATokenLastForAsLongAsItIsAskedTo) {
  const std::string day = token(R"({"email":"a@sandbox.test","lifetime_s":86400})");
  EXPECT_TRUE(check(day, std::chrono::seconds(86390)).has_value());
  test::expect_refusal(check(day, std::chrono::seconds(86400)), ErrorCode::InvalidRequest, "has expired");
}

TEST_F(IssuerApi, SaysWhatIsWrongWithARequest) {
  const auto refused = [&](std::string_view body) {
    const auto response = ask("POST", urls_.issuer + "/mint", body, with_secret());
    EXPECT_EQ(response.status, 400) << body;
    return std::string(text_of(response.body));
  };
  EXPECT_THAT(refused("{}"), HasSubstr("email"));
  EXPECT_THAT(refused(R"({"email":"nobody"})"), HasSubstr("is not an e-mail address"));
  EXPECT_THAT(refused(R"({"email":"a@b.test","lifetime_s":604801})"), HasSubstr("is not between 1 and 604800"));
  EXPECT_THAT(refused(R"({"email":"a@b.test","more":1})"), HasSubstr("more"));
  EXPECT_THAT(refused("garbage"), HasSubstr("invalid_request"));
}

TEST_F(IssuerApi, LiesAboutTheAudience) { expect_lie("other-audience", "another audience"); }
TEST_F(IssuerApi, LiesAboutItself) { expect_lie("other-issuer", "another issuer"); }
TEST_F(IssuerApi, SignsByAnotherKey) { expect_lie("other-key", "does not verify"); }
TEST_F(IssuerApi, MintsWhatHasExpired) { expect_lie("expired", "has expired"); }
TEST_F(IssuerApi, MintsForAnAddressThatNobodyVerified) { expect_lie("unverified-email", "not verified"); }
TEST_F(IssuerApi, MintsWithAlgNone) { expect_lie("alg-none", "not ES256"); }

TEST_F(IssuerApi, HasNoOtherDoor) {
  EXPECT_EQ(get(urls_.issuer + "/mint").status, 404);
  EXPECT_EQ(get(urls_.issuer + "/").status, 404);
  EXPECT_EQ(ask("POST", urls_.issuer + "/jwks").status, 404);
}

}  // namespace
}  // namespace signet::sandbox
