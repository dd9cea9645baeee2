#include "sigstore/verify/claims.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sigstore/encoding/der.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

Certificate with_extension(std::string_view oid, const Bytes& value) {
  const test::SoftwareKey key = test::SoftwareKey::generate(KeyKind::EcdsaP256);
  test::CertificateRecipe recipe = test::leaf_recipe(key.public_key(), wall_time_from_unix(1'769'860'800));
  test::set_extension(recipe, oid, false, value);
  return make_certificate(recipe, key);
}

Bytes utf8_string(std::string_view text) { return encode_der(der_tag::kUtf8String, bytes_of(text)); }

TEST(Claims, HaveANameEach) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kClaimCount; ++i) {
    const auto name = static_cast<ClaimName>(i);
    names.insert(claim_text(name));
    EXPECT_EQ(claim_from_text(claim_text(name)), name);
  }
  EXPECT_EQ(names.size(), kClaimCount);
  EXPECT_FALSE(claim_from_text("source_repository_uri"));
}

TEST(Claims, OfARealBuildAreRead) {
  const auto leaf = test::leaf_of(test::conformance_case("happy-path-v0.3-new-mediaType"));
  const auto claims = read_claims(leaf);
  ASSERT_TRUE(claims);
  const std::string kRepository = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon";
  EXPECT_EQ(*find_claim(*claims, ClaimName::SourceRepositoryUri), kRepository);
  EXPECT_EQ(*find_claim(*claims, ClaimName::SourceRepositoryRef), "refs/heads/main");
  EXPECT_EQ(*find_claim(*claims, ClaimName::RunnerEnvironment), "github-hosted");
  EXPECT_EQ(*find_claim(*claims, ClaimName::BuildSignerUri),
            kRepository + "/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main");
  EXPECT_EQ(*find_claim(*claims, ClaimName::SourceRepositoryVisibility), "public");
  EXPECT_EQ(find_claim(*claims, ClaimName::DeploymentEnvironment), nullptr);
}

TEST(Claims, AreTheExtensionsFrom9To24) {
  EXPECT_EQ(read_claims(with_extension("1.3.6.1.4.1.57264.1.9", utf8_string("x"))).value().front(),
            (Claim{ClaimName::BuildSignerUri, "x"}));
  EXPECT_EQ(read_claims(with_extension("1.3.6.1.4.1.57264.1.24", utf8_string("x"))).value().front(),
            (Claim{ClaimName::TokenSubject, "x"}));
  EXPECT_TRUE(read_claims(with_extension("1.3.6.1.4.1.57264.1.25", utf8_string("x"))).value().empty());
  EXPECT_TRUE(read_claims(with_extension("1.3.6.1.4.1.57264.1.5", to_bytes("raw"))).value().empty());
}

TEST(Claims, AreDerUtf8StringsAndNothingElse) {
  for (const Bytes& value :
       {to_bytes("raw"), encode_der(0x16, bytes_of("IA5String")), encode_der(der_tag::kUtf8String, Bytes{0xff})}) {
    test::expect_refusal(read_claims(with_extension("1.3.6.1.4.1.57264.1.12", value)), ErrorCode::InvalidRequest,
                         "claim source-repository-uri is malformed");
  }
  Bytes trailing = utf8_string("x");
  trailing.push_back(0);
  test::expect_refusal(read_claims(with_extension("1.3.6.1.4.1.57264.1.12", trailing)), ErrorCode::InvalidRequest,
                       "is malformed");
}

}  // namespace
}  // namespace signet::sigstore
