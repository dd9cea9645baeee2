#include "agent/tokens/pinned_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sandbox/software_key.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using protocol::TokenKey;
using test::expect_refusal;
using ::testing::HasSubstr;

class PinnedKeyTest : public ::testing::Test {
 protected:
  PinnedKeyTest() { identity_.public_key = parse_digest(fingerprint_of(keys_[0].public_key)).value(); }

  static TokenKey key(std::string id, std::string label) {
    return {.id = std::move(id),
            .label = std::move(label),
            .algorithm = "p256",
            .public_key = to_bytes(sandbox::SoftwareKey::generate().public_key().spki())};
  }

  Result<PinnedKey> choose() { return choose_key(identity_.name, config::keys_of(identity_).front(), keys_); }

  config::Configuration configuration_ = two_identities();
  config::Identity& identity_ = configuration_.identities.at("work");  // pkcs11:id=%01
  std::vector<TokenKey> keys_ = {key("01", "one"), key("02", "two")};
};

TEST_F(PinnedKeyTest, IsFoundByItsUriAndBelievedForItsPin) {
  const auto found = choose();
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->token(), "desk");
  EXPECT_EQ(found->id(), "01");
  EXPECT_EQ(to_bytes(found->public_key().spki()), keys_[0].public_key);
}

TEST_F(PinnedKeyTest, IsTheSameUnderEachOfItsNames) {
  for (const char* uri : {"pkcs11:object=one", "pkcs11:id=%01;object=one"}) {
    identity_.key = config::parse_key_uri(uri).value();
    EXPECT_TRUE(choose()) << uri;
  }
  keys_[1].id = "01";
  EXPECT_TRUE(choose()) << "two keys of one id: the pin tells which";
}

TEST_F(PinnedKeyTest, IsMissedWhereNothingHasItsName) {
  identity_.key = config::parse_key_uri("pkcs11:id=%01;object=two").value();
  expect_refusal(choose(), ErrorCode::KeyNotFound, "token desk holds no key pkcs11:id=%01;object=two");
}

TEST_F(PinnedKeyTest, IsFoundByItsPinAloneWhateverItsId) {
  identity_.key = config::parse_pinned_key_uri("pkcs11:token=desk").value();
  std::swap(keys_[0].id, keys_[1].id);
  const auto found = choose();
  ASSERT_TRUE(found) << found.error().sentence();
  EXPECT_EQ(found->id(), "02");
  keys_.erase(keys_.begin());
  expect_refusal(choose(), ErrorCode::KeyNotFound, "token desk holds no key with the public key sha256:");
}

TEST_F(PinnedKeyTest, IsNotAnotherOneInItsPlace) {
  keys_[0] = key("01", "one");
  const auto found = choose();
  expect_refusal(found, ErrorCode::KeyNotFound,
                 "another key stands in its place: pkcs11:id=%01 on token desk is " +
                     fingerprint_of(keys_[0].public_key) + ", and identity work pins " +
                     encode_digest(*identity_.public_key));
  EXPECT_THAT(found.error().remedy, HasSubstr("find out who changed the token"));
}

TEST_F(PinnedKeyTest, IsNotTakenFromAnotherPlace) {
  std::swap(keys_[0].id, keys_[1].id);
  expect_refusal(choose(), ErrorCode::KeyNotFound, "another key stands in its place");
}

TEST_F(PinnedKeyTest, IsNoneWithoutAPin) {
  identity_.public_key.reset();
  const auto found = choose();
  expect_refusal(found, ErrorCode::InvalidRequest, "[identity.work] pins no public key");
  EXPECT_THAT(found.error().remedy, HasSubstr("public_key = \"" + fingerprint_of(keys_[0].public_key) + "\""));
}

TEST_F(PinnedKeyTest, IsOfAKindThatCanBeChecked) {
  keys_[0].public_key = to_bytes(std::string_view("no key"));
  identity_.public_key = parse_digest(fingerprint_of(keys_[0].public_key)).value();
  expect_refusal(choose(), ErrorCode::KeyUnsuitable, "of a kind that signet cannot use: p256");
}

}  // namespace
}  // namespace signet::agent
