#include "sigstore/verify/policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/expect_refusal.h"
#include "tests/support/expect_verdict.h"

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
  for (const ExpectedIdentity& each : policy.identities()) expect_taken(check_identity(policy, each.san, each.issuer));
  EXPECT_FALSE(policy.expects_nobody());
}

TEST(IdentityPolicy, RefusesAnotherSanAndNamesBoth) {
  const auto verdict = check_identity(two(), "eve@example.org", "https://a.example");
  expect_refused(verdict, RefusalCode::IdentityMismatch, "somebody else");
  EXPECT_EQ(verdict.error().expected, "ada@example.org or ada@example.org or bob@example.org");
  EXPECT_EQ(verdict.error().found, "eve@example.org");
}

// The SAN of one with the issuer of another is nobody who is expected.
TEST(IdentityPolicy, RefusesAnotherIssuerOfThatSanAndNamesBoth) {
  const auto verdict = check_identity(two(), "ada@example.org", "https://c.example");
  expect_refused(verdict, RefusalCode::IssuerMismatch, "another OIDC issuer");
  EXPECT_EQ(verdict.error().expected, "https://a.example or https://b.example");
  EXPECT_EQ(verdict.error().found, "https://c.example");
}

TEST(IdentityPolicy, ComparesByteForByte) {
  const auto policy = IdentityPolicy::any_of({{.san = "ada@example.org", .issuer = "https://a.example"}}).value();
  for (const std::string_view san : {"Ada@example.org", "ada@example.org ", "ada@example.or", "ada@example.orgg", ""}) {
    expect_refused(check_identity(policy, san, "https://a.example"), RefusalCode::IdentityMismatch);
  }
  for (const std::string_view issuer : {"https://a.example/", "https://A.example", "https://a.exampl", ""}) {
    expect_refused(check_identity(policy, "ada@example.org", issuer), RefusalCode::IssuerMismatch);
  }
  // A NUL ends no name.
  using std::string_view_literals::operator""sv;
  expect_refused(check_identity(policy, "ada@example.org\0"sv, "https://a.example"), RefusalCode::IdentityMismatch);
}

TEST(IdentityPolicy, TakesAnybodyOnlyWhereItIsSaid) {
  const auto anybody = IdentityPolicy::anybody_unsafe();
  EXPECT_TRUE(anybody.expects_nobody());
  expect_taken(check_identity(anybody, "eve@example.org", "https://e.example"));
}

// An empty list is not "anybody": a policy whose list was moved away takes nobody.
TEST(IdentityPolicy, DoesNotTurnIntoAnybodyWhereItWasMovedAway) {
  IdentityPolicy policy = two();
  const IdentityPolicy taken = std::move(policy);
  expect_taken(check_identity(taken, "bob@example.org", "https://c.example"));
  EXPECT_FALSE(policy.expects_nobody());  // NOLINT(bugprone-use-after-move): that is the point
  expect_refused(check_identity(policy, "bob@example.org", "https://c.example"), RefusalCode::IdentityMismatch);
}

}  // namespace
}  // namespace signet::sigstore
