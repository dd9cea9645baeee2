#include "agent/policy/use_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using config::Use;
using protocol::LogPolicy;
using protocol::Output;
using sigstore::KeyKind;
using test::expect_refusal;

config::Identity named_one() {
  config::Identity identity;
  identity.name = "one";
  return identity;
}

TEST(UseTable, NamesTheUseThatAnObjectNeeds) {
  EXPECT_EQ(use_for(commit_item(), Output::Cms), Use::Git);
  EXPECT_EQ(use_for(statement_item(), Output::Bundle), Use::Statement);
  EXPECT_EQ(use_for(digest_item(), Output::Bundle), Use::Blob);
  EXPECT_EQ(use_for(digest_item(), Output::Raw), Use::Raw);
}

TEST(UseTable, CallsEverythingRawThatLeavesWithoutALogEntry) {
  EXPECT_EQ(use_for(commit_item(), Output::Raw), Use::Raw);
  EXPECT_EQ(use_for(statement_item(), Output::Raw), Use::Raw);
}

TEST(UseTable, LetsAnIdentityDoWhatItsUseNamesAndNothingElse) {
  struct Row {
    Use use;
    Item item;
    Output output;
  };
  const std::vector<Row> rows = {{Use::Git, commit_item(), Output::Cms},
                                 {Use::Statement, statement_item(), Output::Bundle},
                                 {Use::Blob, digest_item(), Output::Bundle},
                                 {Use::Raw, digest_item(), Output::Raw}};
  for (const Row& may : rows) {
    config::Identity identity = named_one();
    identity.use = {may.use};
    for (const Row& asked : rows) {
      const auto checked = check_use(identity, asked.item, asked.output);
      const std::string name(config::use_name(asked.use));
      if (asked.use == may.use) {
        EXPECT_TRUE(checked) << name;
      } else {
        expect_refusal(checked, ErrorCode::NotAuthorized, "identity one may not be used for \"" + name + "\"");
        EXPECT_THAT(checked.error().remedy, testing::HasSubstr("add \"" + name + "\" to `use` of [identity.one]"));
      }
    }
  }
}

TEST(UseTable, LetsARequestTightenTheLogPolicyAndNeverLoosenIt) {
  const config::Identity identity = named_one();
  EXPECT_TRUE(check_log_policy(identity, Output::Bundle, {}));
  EXPECT_TRUE(check_log_policy(identity, Output::Bundle, LogPolicy::Require));
  for (const LogPolicy looser : {LogPolicy::Queue, LogPolicy::None}) {
    expect_refusal(check_log_policy(identity, Output::Bundle, looser), ErrorCode::NotAuthorized,
                   "would loosen the policy of identity one, which is \"require\"");
  }
}

TEST(UseTable, KnowsThatOtherLogPoliciesAreNotBuiltYet) {
  config::Identity identity = named_one();
  identity.log = config::LogMode::None;
  EXPECT_TRUE(check_log_policy(identity, Output::Bundle, LogPolicy::Require)) << "tightened to what there is";
  expect_refusal(check_log_policy(identity, Output::Bundle, {}), ErrorCode::NotBuiltYet, "log = \"none\"");
  expect_refusal(check_log_policy(identity, Output::Bundle, LogPolicy::Queue), ErrorCode::NotBuiltYet,
                 "log = \"none\"");
}

TEST(UseTable, RefusesALogEntryForARawSignature) {
  const config::Identity identity = named_one();
  EXPECT_TRUE(check_log_policy(identity, Output::Raw, {}));
  EXPECT_TRUE(check_log_policy(identity, Output::Raw, LogPolicy::None));
  expect_refusal(check_log_policy(identity, Output::Raw, LogPolicy::Require), ErrorCode::InvalidRequest,
                 "a raw signature has no log entry");
}

// D3.
TEST(UseTable, LetsAnIdentityUseTheKindsOfKeysThatVerifiersTake) {
  for (const Use use : {Use::Git, Use::Statement, Use::Blob, Use::Raw}) {
    config::Identity identity = named_one();
    identity.use = {use};
    for (const auto kind : {KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::Rsa3072, KeyKind::Rsa4096}) {
      EXPECT_TRUE(check_key_kind(identity, kind)) << sigstore::key_kind_name(kind);
    }
    for (const auto kind : {KeyKind::Rsa2048, KeyKind::Ed25519, KeyKind::EcdsaP521}) {
      expect_refusal(check_key_kind(identity, kind), ErrorCode::KeyUnsuitable,
                     "identity one is for " + std::string(config::use_name(use)) + ", and a key of kind " +
                         std::string(sigstore::key_kind_name(kind)) + " signs no ");
    }
  }
}

TEST(UseTable, SaysWhyAKindDoesNotFitAndWhatToMakeInstead) {
  config::Identity identity = named_one();
  identity.use = {Use::Git};
  const auto rsa = check_key_kind(identity, KeyKind::Rsa2048);
  expect_refusal(rsa, ErrorCode::KeyUnsuitable, "signs no git objects: RSA of 2048 bits is too short");
  EXPECT_THAT(rsa.error().remedy, testing::HasSubstr("signet key generate --algorithm p256"));
  expect_refusal(check_key_kind(identity, KeyKind::Ed25519), ErrorCode::KeyUnsuitable,
                 "tokens sign whole messages with Ed25519");
}

}  // namespace
}  // namespace signet::agent
