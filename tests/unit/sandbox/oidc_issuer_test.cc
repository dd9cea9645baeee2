#include "sandbox/oidc_issuer.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sandbox {
namespace {

const WallTime kNow = wall_time_from_unix(1'800'000'000);
constexpr const char* kUrl = "http://127.0.0.1:20001";

class SandboxIssuer : public testing::Test {
 protected:
  /// Header, claims and signature, decoded.
  struct Parts {
    std::string header;
    std::string claims;
    Bytes signature;
    std::string signed_text;
  };
  Parts mint(const TokenOptions& options) const {
    const std::string jwt(issuer_.mint(options, kNow).reveal());
    const auto first = jwt.find('.');
    const auto second = jwt.find('.', first + 1);
    const auto text = [&](std::string_view part) { return std::string(text_of(parse_base64url(part).value())); };
    return {.header = text(std::string_view(jwt).substr(0, first)),
            .claims = text(std::string_view(jwt).substr(first + 1, second - first - 1)),
            .signature = parse_base64url(jwt.substr(second + 1)).value(),
            .signed_text = jwt.substr(0, second)};
  }
  [[nodiscard]] bool verifies(const Parts& parts) const {
    const auto der = der_from_jws(parts.signature);
    return der && issuer_.key().public_key().verify_message(bytes_of(parts.signed_text), *der).has_value();
  }

  OidcIssuer issuer_{SoftwareKey::generate(), kUrl};
};

TEST_F(SandboxIssuer, SaysWhoForWhomAndUntilWhen) {
  const Parts parts = mint({.email = "a@b.test", .lifetime = std::chrono::hours(24)});
  EXPECT_EQ(parts.header, R"({"alg":"ES256","kid":")" + issuer_.key_id() + R"(","typ":"JWT"})");
  EXPECT_EQ(parts.claims, R"({"iss":"http://127.0.0.1:20001","sub":"a@b.test","aud":"sigstore","email":"a@b.test",)"
                          R"("email_verified":true,"iat":1800000000,"nbf":1800000000,"exp":1800086400})");
  EXPECT_TRUE(verifies(parts));
}

TEST_F(SandboxIssuer, SignsByAnotherKeyWhereATestWantsThat) {
  const Parts parts = mint({.email = "a@b.test", .by_other_key = true});
  EXPECT_FALSE(verifies(parts));
  EXPECT_EQ(parts.header, mint({.email = "a@b.test"}).header) << "under the issuer's key id";
}

TEST_F(SandboxIssuer, LeavesTheSignatureOutWithAlgNone) {
  const Parts parts = mint({.email = "a@b.test", .without_signature = true});
  EXPECT_NE(parts.header.find(R"("alg":"none")"), std::string::npos);
  EXPECT_TRUE(parts.signature.empty());
}

TEST_F(SandboxIssuer, PublishesTheKeyOfItsTokens) {
  const auto discovery = json::parse(issuer_.discovery());
  ASSERT_TRUE(discovery.has_value());
  EXPECT_EQ(*discovery->as_object()->find("issuer")->as_string(), kUrl);
  EXPECT_EQ(*discovery->as_object()->find("jwks_uri")->as_string(), std::string(kUrl) + "/jwks");
  const Bytes point = issuer_.key().point();
  EXPECT_EQ(issuer_.jwks(), R"({"keys":[{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":")" +
                                issuer_.key_id() + R"(","x":")" + encode_base64url(ByteView(point).first(32)) +
                                R"(","y":")" + encode_base64url(ByteView(point).last(32)) + R"("}]})");
}

TEST(EmailAddress, HasANameAndADomain) {
  EXPECT_TRUE(is_email_address("a@b.test"));
  EXPECT_TRUE(is_email_address("first.last+tag@sub.example.org"));
  for (const std::string_view text :
       {"", "@", "a", "a@", "@b", "a@b@c", "a b@c.test", "\xc3\xa9@b.test", "a@b.test\n"}) {
    EXPECT_FALSE(is_email_address(text)) << text;
  }
  EXPECT_TRUE(is_email_address(std::string(247, 'a') + "@b.test"));
  EXPECT_FALSE(is_email_address(std::string(248, 'a') + "@b.test"));
}

}  // namespace
}  // namespace signet::sandbox
