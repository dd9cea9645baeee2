#include "sigstore/verify/policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/expect_refusal.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/software_key.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;
using test::expect_refused;
using test::expect_taken;

IdentityPolicy two() {
  return IdentityPolicy::any_of({{.san = "ada@example.org", .issuer = "https://a.example"},
                                 {.san = "ada@example.org", .issuer = "https://b.example"},
                                 {.san = "bob@example.org", .issuer = "https://c.example"}})
      .value();
}

Verdict<void> check(const IdentityPolicy& policy, std::string_view san, std::string_view issuer) {
  return check_identity(policy, {.san = std::string(san), .issuer = std::string(issuer)});
}

TEST(IdentityPolicy, NeedsAnIdentity) {
  expect_refusal(IdentityPolicy::any_of({}), ErrorCode::InvalidRequest, "needs an expected identity");
}

TEST(IdentityPolicy, NeedsSanAndIssuerOfEach) {
  EXPECT_TRUE(IdentityPolicy::any_of({{.san = "a", .issuer = "i"}}));
  constexpr std::string_view kReason = "needs a SAN and an issuer";
  expect_refusal(IdentityPolicy::any_of({{.san = "a", .issuer = ""}}), ErrorCode::InvalidRequest, kReason);
  expect_refusal(IdentityPolicy::any_of({{.san = "", .issuer = "i"}}), ErrorCode::InvalidRequest, kReason);
  expect_refusal(IdentityPolicy::any_of({{.san = "a", .issuer = "i"}, {.san = "b", .issuer = ""}}),
                 ErrorCode::InvalidRequest, kReason);
}

TEST(IdentityPolicy, TakesEachOfItsIdentities) {
  const IdentityPolicy policy = two();
  for (const ExpectedIdentity& each : policy.identities())
    expect_taken(check(policy, each.san.text(), each.issuer.text()));
  EXPECT_FALSE(policy.expects_nobody());
}

TEST(IdentityPolicy, RefusesAnotherSanAndNamesBoth) {
  const auto verdict = check(two(), "eve@example.org", "https://a.example");
  expect_refused(verdict, RefusalCode::IdentityMismatch, "somebody else");
  EXPECT_EQ(verdict.error().expected, "ada@example.org or ada@example.org or bob@example.org");
  EXPECT_EQ(verdict.error().found, "eve@example.org");
}

// The SAN of one with the issuer of another is nobody who is expected.
TEST(IdentityPolicy, RefusesAnotherIssuerOfThatSanAndNamesBoth) {
  const auto verdict = check(two(), "ada@example.org", "https://c.example");
  expect_refused(verdict, RefusalCode::IssuerMismatch, "another OIDC issuer");
  EXPECT_EQ(verdict.error().expected, "https://a.example or https://b.example");
  EXPECT_EQ(verdict.error().found, "https://c.example");
}

TEST(IdentityPolicy, ComparesByteForByte) {
  const auto policy = IdentityPolicy::any_of({{.san = "ada@example.org", .issuer = "https://a.example"}}).value();
  for (const std::string_view san : {"Ada@example.org", "ada@example.org ", "ada@example.or", "ada@example.orgg", ""}) {
    expect_refused(check(policy, san, "https://a.example"), RefusalCode::IdentityMismatch);
  }
  for (const std::string_view issuer : {"https://a.example/", "https://A.example", "https://a.exampl", ""}) {
    expect_refused(check(policy, "ada@example.org", issuer), RefusalCode::IssuerMismatch);
  }
  // A NUL ends no name.
  using std::string_view_literals::operator""sv;
  expect_refused(check(policy, "ada@example.org\0"sv, "https://a.example"), RefusalCode::IdentityMismatch);
}

TEST(IdentityPolicy, TakesAnybodyOnlyWhereItIsSaid) {
  const auto anybody = IdentityPolicy::anybody_unsafe();
  EXPECT_TRUE(anybody.expects_nobody());
  expect_taken(check(anybody, "eve@example.org", "https://e.example"));
}

// An empty list is not "anybody": a policy whose list was moved away takes nobody.
TEST(IdentityPolicy, DoesNotTurnIntoAnybodyWhereItWasMovedAway) {
  IdentityPolicy policy = two();
  const IdentityPolicy taken = std::move(policy);
  expect_taken(check(taken, "bob@example.org", "https://c.example"));
  EXPECT_FALSE(policy.expects_nobody());  // NOLINT(bugprone-use-after-move): that is the point
  expect_refused(check(policy, "bob@example.org", "https://c.example"), RefusalCode::IdentityMismatch);
}

LeafIdentity build_of(std::string_view repository) {
  return {.san = "https://github.com/a/b/.github/workflows/r.yml@refs/tags/v1",
          .issuer = "https://token.actions.githubusercontent.com",
          .san_kind = SanKind::Uri,
          .claims = {{.name = ClaimName::SourceRepositoryUri, .value = std::string(repository)}}};
}

ExpectedText pattern(std::string_view text) { return ExpectedText::matching(text).value(); }

TEST(IdentityPolicy, TakesPatternsForSanAndIssuer) {
  const auto policy = IdentityPolicy::any_of({{.san = pattern("https://github\\.com/a/b/.*@refs/tags/v[0-9]+"),
                                               .issuer = pattern("https://token\\.actions\\.[a-z]+\\.com")}})
                          .value();
  LeafIdentity signer = build_of("x");
  expect_taken(check_identity(policy, signer));
  signer.san += "x";
  const auto verdict = check_identity(policy, signer);
  expect_refused(verdict, RefusalCode::IdentityMismatch, "somebody else");
  EXPECT_EQ(verdict.error().expected, "matching https://github\\.com/a/b/.*@refs/tags/v[0-9]+");
  signer = build_of("x");
  signer.issuer = "https://token.actions.githubusercontent.com.evil.example";
  expect_refused(check_identity(policy, signer), RefusalCode::IssuerMismatch);
}

TEST(IdentityPolicy, ComparesTheKindOfTheName) {
  ExpectedIdentity expected{.san = build_of("x").san, .issuer = build_of("x").issuer, .san_kind = SanKind::Uri};
  expect_taken(check_identity(IdentityPolicy::any_of({expected}).value(), build_of("x")));
  expected.san_kind = SanKind::OtherName;
  const auto verdict = check_identity(IdentityPolicy::any_of({expected}).value(), build_of("x"));
  expect_refused(verdict, RefusalCode::IdentityMismatch, "of another kind");
  EXPECT_TRUE(verdict.error().expected.starts_with("user name https://github.com/a/b/")) << verdict.error().expected;
  EXPECT_TRUE(verdict.error().found.starts_with("URI https://github.com/a/b/")) << verdict.error().found;
}

TEST(IdentityPolicy, ComparesEachClaimThatIsDemanded) {
  ExpectedIdentity expected{.san = build_of("x").san,
                            .issuer = build_of("x").issuer,
                            .claims = {{.name = ClaimName::SourceRepositoryUri, .value = "https://github.com/a/b"}}};
  expect_taken(check_identity(IdentityPolicy::any_of({expected}).value(), build_of("https://github.com/a/b")));
  auto verdict = check_identity(IdentityPolicy::any_of({expected}).value(), build_of("https://github.com/a/fork"));
  expect_refused(verdict, RefusalCode::ClaimMismatch, "source-repository-uri");
  EXPECT_EQ(verdict.error().expected, "https://github.com/a/b");
  EXPECT_EQ(verdict.error().found, "https://github.com/a/fork");
  expected.claims.push_back({.name = ClaimName::BuildTrigger, .value = "push"});
  verdict = check_identity(IdentityPolicy::any_of({expected}).value(), build_of("https://github.com/a/b"));
  expect_refused(verdict, RefusalCode::ClaimMismatch, "build-trigger");
  EXPECT_EQ(verdict.error().found, "nothing");
}

// The SAN of one, the claims of another: nobody who is expected.
TEST(IdentityPolicy, WantsOneIdentityWhole) {
  const LeafIdentity signer = build_of("https://github.com/a/b");
  const auto policy = IdentityPolicy::any_of({{.san = signer.san, .issuer = "https://other.example"},
                                              {.san = "other", .issuer = signer.issuer}})
                          .value();
  expect_refused(check_identity(policy, signer), RefusalCode::IssuerMismatch);
}

TEST(IdentityPolicy, HasThresholdsOfOneAndTakesOthers) {
  EXPECT_EQ(two().thresholds().logs, 1U);
  EXPECT_EQ(two().thresholds().scts, 1U);
  EXPECT_EQ(two().thresholds().times, 1U);
  EXPECT_EQ(two().with({.logs = 2, .scts = 0, .times = 3}).value().thresholds().times, 3U);
}

// What was valid for ten minutes proves nothing without a time; a bare key may do without.
TEST(IdentityPolicy, NeedsASourceOfTimeForCertificates) {
  expect_refusal(two().with({.times = 0}), ErrorCode::InvalidRequest, "needs a source of time");
  const auto key = test::SoftwareKey::generate(KeyKind::EcdsaP256).public_key();
  EXPECT_TRUE(IdentityPolicy::holder_of(key).with({.times = 0}));
  EXPECT_TRUE(*IdentityPolicy::holder_of(key).key() == key);
  EXPECT_FALSE(two().key());
}

}  // namespace
}  // namespace signet::sigstore
