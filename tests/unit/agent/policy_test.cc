#include "agent/policy/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using protocol::Output;
using ::testing::HasSubstr;

constexpr std::array kAllOperations = {Operation::Sign,       Operation::GenerateKey,  Operation::Login,
                                       Operation::Logout,     Operation::ReleaseToken, Operation::ReacquireToken,
                                       Operation::Identities, Operation::Keys,         Operation::Status};

void expect_refused(const Decision& decision, ErrorCode code, std::string_view reason) {
  ASSERT_FALSE(decision.allowed()) << reason;
  EXPECT_EQ(decision.refusal()->code, code);
  EXPECT_THAT(decision.refusal()->what, HasSubstr(std::string(reason)));
  const auto approved = approve(decision);
  ASSERT_FALSE(approved) << "nobody approves what the policy refuses";
  EXPECT_EQ(approved.error(), *decision.refusal());
}

std::string identity_of(const Decision& decision) {
  return decision.identity() == nullptr ? "none" : decision.identity()->name;
}

SigningWish wish_for(std::span<const Item> items, Output output) { return {.items = items, .output = output}; }

TEST(Policy, ServesItsOwner) {
  const Owner one;
  for (const Operation operation : kAllOperations) {
    const Decision decision = one.policy.decide(owner(), operation);
    EXPECT_TRUE(decision.allowed()) << operation_name(operation);
    EXPECT_EQ(decision.why(), "the owner asks");
  }
}

TEST(Policy, ServesNobodyElseAndRootIsSomebodyElse) {
  const Owner one;
  for (const uid_t stranger : {uid_t{0}, uid_t{1001}, static_cast<uid_t>(-1)}) {
    protocol::Peer peer = owner();
    peer.uid = stranger;
    for (const Operation operation : kAllOperations) {
      expect_refused(one.policy.decide(peer, operation), ErrorCode::NotAuthorized,
                     "user id " + std::to_string(stranger) + " may not ask the agent of user id 1000 to " +
                         std::string(operation_name(operation)));
    }
    const std::vector<Item> items = {digest_item()};
    expect_refused(one.policy.decide_sign(peer, wish_for(items, Output::Bundle)), ErrorCode::NotAuthorized, "1000");
    expect_refused(one.policy.decide_for_identity(peer, Operation::Login, "work"), ErrorCode::NotAuthorized, "1000");
  }
}

TEST(Policy, GivesEachRequestANameOfItsOwn) {
  const Owner one;
  const Decision first = one.policy.decide(owner(), Operation::Status);
  EXPECT_THAT(first.request(), testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_NE(first.request(), one.policy.decide(owner(), Operation::Status).request());
}

TEST(Policy, TakesTheIdentityThatIsNamed) {
  const Owner one;
  const std::vector<Item> items = {digest_item()};
  SigningWish wish = wish_for(items, Output::Raw);
  wish.identity = "raw";
  const Decision decision = one.policy.decide_sign(owner(), wish);
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(identity_of(decision), "raw");
  EXPECT_THAT(decision.why(), HasSubstr("names the identity; use raw"));
  wish.identity = "nobody";
  expect_refused(one.policy.decide_sign(owner(), wish), ErrorCode::IdentityNotFound, "there is no identity \"nobody\"");
}

TEST(Policy, ShowsAHostileNameAsText) {
  const Owner one;
  const Decision decision = one.policy.decide_for_identity(owner(), Operation::Login, "a\x1b[31m\n");
  expect_refused(decision, ErrorCode::IdentityNotFound, "there is no identity \"a\xef\xbf\xbd[31m\xef\xbf\xbd");
}

// D11.
TEST(Policy, TakesTheCommittersIdentityBeforeTheDefault) {
  const Owner one("default_identity = \"raw\"");
  const std::vector<Item> mine = {commit_item("me@example.org"), commit_item("me@example.org")};
  EXPECT_EQ(identity_of(one.policy.decide_sign(owner(), wish_for(mine, Output::Cms))), "work");
  const std::vector<Item> foreign = {commit_item("you@example.org")};
  expect_refused(one.policy.decide_sign(owner(), wish_for(foreign, Output::Cms)), ErrorCode::NotAuthorized,
                 "identity raw may not be used for \"git\"");
}

TEST(Policy, TakesTheCommittersIdentityOnlyWhereItMaySignForGit) {
  const Owner one("default_identity = \"work\"");
  const std::vector<Item> items = {commit_item("raw@example.org")};
  EXPECT_EQ(identity_of(one.policy.decide_sign(owner(), wish_for(items, Output::Cms))), "work");
}

TEST(Policy, TakesNoIdentityForTheCommitterByChance) {
  const Owner one;
  for (const char* email : {"ME@example.org", "me@example.org.evil.org", "xme@example.org"}) {
    const std::vector<Item> items = {commit_item(email)};
    expect_refused(one.policy.decide_sign(owner(), wish_for(items, Output::Cms)), ErrorCode::IdentityNotFound,
                   "there are several: raw, work");
  }
}

constexpr std::string_view kTwin =
    "[identity.twin]\ninstance = \"sandbox\"\nkey = \"pkcs11:id=%03\"\nsan = \"me@example.org\"\n"
    "issuer = \"https://other.example.org\"\nuse = [\"git\"]\n";

TEST(Policy, NotesThatNoIdentityIsTheCommittersWhereNobodyNamedOne) {
  const Owner one("default_identity = \"work\"\n");
  const std::vector<Item> items = {commit_item("you@example.org")};
  EXPECT_EQ(one.policy.decide_sign(owner(), wish_for(items, Output::Cms)).note(),
            "no identity is that of the committer you@example.org: signed as me@example.org (identity work)");
  const std::vector<Item> own = {commit_item("me@example.org")};
  EXPECT_EQ(one.policy.decide_sign(owner(), wish_for(own, Output::Cms)).note(), std::nullopt);
  auto named = wish_for(items, Output::Cms);
  named.identity = "work";
  EXPECT_EQ(one.policy.decide_sign(owner(), named).note(), std::nullopt);
}

TEST(Policy, ListsTheChoicesWhereSeveralIdentitiesFit) {
  const Owner one(kTwin);
  const std::vector<Item> items = {commit_item()};
  const Decision decision = one.policy.decide_sign(owner(), wish_for(items, Output::Cms));
  expect_refused(decision, ErrorCode::IdentityNotFound,
                 "several identities could sign this, or only some of it: twin, work");
  EXPECT_THAT(decision.refusal()->remedy, HasSubstr("git config user.signingKey signet:twin"));
}

TEST(Policy, ListsTheChoicesWhereCommittersDiffer) {
  const Owner one("default_identity = \"work\"");
  const std::vector<Item> items = {commit_item("me@example.org"), commit_item("you@example.org")};
  expect_refused(one.policy.decide_sign(owner(), wish_for(items, Output::Cms)), ErrorCode::IdentityNotFound,
                 "or only some of it: work");
}

TEST(Policy, ListsTheChoicesWhereThereIsNoDefault) {
  const Owner one;
  const std::vector<Item> items = {digest_item()};
  const Decision decision = one.policy.decide_sign(owner(), wish_for(items, Output::Bundle));
  expect_refused(decision, ErrorCode::IdentityNotFound, "there are several: raw, work");
  EXPECT_EQ(decision.refusal()->remedy, "name one, or set default_identity");
  expect_refused(one.policy.decide_for_identity(owner(), Operation::Login, {}), ErrorCode::IdentityNotFound,
                 "raw, work");
}

TEST(Policy, TakesTheOnlyIdentityWhereThereIsOne) {
  config::Configuration configuration = two_identities();
  configuration.identities.erase("raw");
  const std::vector<Item> items = {digest_item()};
  EXPECT_EQ(identity_of(Policy(configuration, kOwner).decide_sign(owner(), wish_for(items, Output::Bundle))), "work");
  configuration.identities.clear();
  expect_refused(Policy(configuration, kOwner).decide_sign(owner(), wish_for(items, Output::Bundle)),
                 ErrorCode::IdentityNotFound, "the configuration has no identity");
}

TEST(Policy, LooksAtEveryItemOfABatch) {
  const Owner one("default_identity = \"work\"");
  std::vector<Item> items = {digest_item(), statement_item()};
  EXPECT_TRUE(one.policy.decide_sign(owner(), wish_for(items, Output::Bundle)).allowed());
  config::Configuration configuration = two_identities("default_identity = \"work\"");
  configuration.identities.at("work").use.erase(config::Use::Statement);
  expect_refused(Policy(configuration, kOwner).decide_sign(owner(), wish_for(items, Output::Bundle)),
                 ErrorCode::NotAuthorized, "may not be used for \"statement\"");
}

TEST(Policy, RefusesALooserLogPolicy) {
  const Owner one("default_identity = \"work\"");
  const std::vector<Item> items = {digest_item()};
  SigningWish wish = wish_for(items, Output::Bundle);
  wish.log = protocol::LogPolicy::None;
  const Decision decision = one.policy.decide_sign(owner(), wish);
  expect_refused(decision, ErrorCode::NotAuthorized, "would loosen the policy");
  EXPECT_EQ(decision.why(), "the configuration does not allow it");
  EXPECT_EQ(identity_of(decision), "work") << "the record says whom it was about";
}

TEST(Policy, LetsARefusalSayForHowManyItStands) {
  const Owner one;
  protocol::Peer stranger = owner();
  stranger.uid = 1001;
  const Decision refusal = one.policy.decide(stranger, Operation::Sign);
  EXPECT_EQ(Policy::standing_for(refusal, 0).why(), "only the owner may ask");
  const Decision several = Policy::standing_for(refusal, 7);
  EXPECT_EQ(several.why(), "only the owner may ask; 7 more were refused since the last line");
  EXPECT_FALSE(several.allowed());
}

}  // namespace
}  // namespace signet::agent
