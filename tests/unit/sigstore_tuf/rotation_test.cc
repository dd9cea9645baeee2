// New keys and thresholds: for root, which the old and the new ones must sign, and for the roles below it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

struct RoleVersion {
  std::vector<int> keys;
  std::int64_t threshold;
  std::vector<int> signers;
};

struct Rotation {
  const char* name;
  std::vector<RoleVersion> roots;
  std::size_t reached;  ///< the last one that is believed
};

// Keys 10 to 19. The tables are those of the kinds of case of the TUF conformance suite.
const std::vector<Rotation> kRotations = {
    {"OneKeyForAnother", {{{11}, 1, {11}}, {{12}, 1, {12, 11}}, {{12}, 1, {12}}}, 3},
    {"WithSignaturesOfStrangers", {{{11}, 1, {13, 11, 14}}, {{12}, 1, {13, 12, 11, 14}}, {{12}, 1, {13, 12, 14}}}, 3},
    {"OtherThreeOfFive",
     {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}},
      {{10, 11, 12, 13, 14}, 3, {10, 14, 11}},
      {{10, 11, 12, 13, 14}, 3, {10, 11, 13}},
      {{10, 11, 12, 13, 14}, 3, {10, 11, 13}}},
     4},
    {"OneKeyOfFive", {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}}, {{10, 11, 13, 14, 15}, 3, {10, 14, 11}}}, 2},
    {"OneKeyOfFiveWithAStepBetween",
     {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}},
      {{10, 11, 13, 14, 15}, 3, {10, 12, 14, 15}},
      {{10, 11, 13, 14, 15}, 3, {10, 14, 15}}},
     3},
    {"AllKeysOfFive",
     {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}},
      {{15, 16, 17, 18, 19}, 3, {10, 12, 14, 15, 16, 17}},
      {{15, 16, 17, 18, 19}, 3, {15, 16, 17}}},
     3},
    {"AHigherThreshold", {{{11, 12, 13}, 1, {11}}, {{11, 12, 13}, 2, {11, 12}}}, 2},
    {"ALowerThreshold", {{{11, 12, 13}, 2, {11, 12}}, {{11, 12, 13}, 1, {11, 12}}, {{11, 12, 13}, 1, {11}}}, 3},
    {"OneMoreKeyAndThreshold", {{{11}, 1, {11}}, {{11, 12}, 2, {11, 12}}}, 2},
    {"WithoutTheOldKey", {{{11}, 1, {11}}, {{12}, 1, {12, 13, 14}}}, 1},
    {"WithoutTheNewKey", {{{11}, 1, {11}}, {{12}, 1, {11, 13, 14}}}, 1},
    {"WithoutThreeNewKeys", {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}}, {{10, 11, 13, 14, 15}, 3, {10, 12, 14}}}, 1},
    {"WithoutThreeOldKeys", {{{10, 11, 12, 13, 14}, 3, {10, 12, 14}}, {{10, 11, 13, 14, 15}, 3, {10, 14, 15}}}, 1},
    {"BelowTheNewThreshold", {{{11, 12, 13}, 1, {11}}, {{11, 12, 13}, 2, {12}}}, 1},
    {"BelowTheOldThreshold", {{{11, 12, 13}, 2, {11, 12}}, {{11, 12, 13}, 1, {11}}}, 1},
    {"GoodThenBad", {{{11}, 1, {11}}, {{12}, 1, {11, 12}}, {{13}, 1, {11, 13}}}, 2},
};

void set(SimulatedRole& role, const RoleVersion& version) {
  role.keys = version.keys;
  role.threshold = version.threshold;
  role.signers = version.signers;
}

class RootRotation : public testing::TestWithParam<Rotation> {};

TEST_P(RootRotation, IsFollowedAsFarAsOldAndNewKeysSign) {
  SimulatedRepository repository;
  repository.forget_roots();
  for (const RoleVersion& version : GetParam().roots) {
    set(repository.root, version);
    repository.publish_root();
  }
  SimulatedClient client(repository);
  client.anchor = repository.published_root(1);
  const auto done = client.refresh();
  const std::size_t reached = GetParam().reached;
  if (reached == GetParam().roots.size()) {
    ASSERT_TRUE(done) << done.error().sentence();
  } else {
    expect_refusal(done, ErrorCode::NotVerified, "root " + std::to_string(reached + 1) + " is signed by");
  }
  EXPECT_EQ(client.metadata.files.at("root.json"), repository.published_root(reached));
}

INSTANTIATE_TEST_SUITE_P(All, RootRotation, testing::ValuesIn(kRotations),
                         [](const auto& rotation) { return std::string(rotation.param.name); });

struct RoleRotation {
  const char* name;
  RoleVersion version;
  bool passes;
};

const std::vector<RoleRotation> kRoleRotations = {
    {"OneKeyForAnother", {{12}, 1, {12}}, true},
    {"WithSignaturesOfStrangers", {{11}, 1, {13, 11, 14}}, true},
    {"WithoutTheNewKey", {{12}, 1, {11, 13, 14}}, false},
    {"TwoOfThreeAndAStranger", {{10, 11, 13, 14, 15}, 3, {10, 12, 14}}, false},
    {"TwoOfThree", {{10, 11, 13, 14, 15}, 3, {10, 14}}, false},
    {"ThreeOfFive", {{10, 11, 12, 13, 14}, 3, {10, 12, 14}}, true},
    {"OtherThreeOfFive", {{10, 11, 12, 13, 14}, 3, {12, 13, 14}}, true},
    {"AThresholdBeyondTheKeys", {{10, 11}, 3, {10, 11}}, false},
};

class KeyRotation : public testing::TestWithParam<RoleRotation> {};

TEST_P(KeyRotation, OfEachRoleIsFollowedWhereItsNewKeysSign) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    ASSERT_TRUE(client.refresh());
    SimulatedRole& rotated =
        role == "timestamp" ? repository.timestamp : (role == "snapshot" ? repository.snapshot : repository.targets);
    set(rotated, GetParam().version);
    repository.publish_root();
    const auto done = client.refresh();
    if (GetParam().passes) {
      ASSERT_TRUE(done) << role << ": " << done.error().sentence();
      EXPECT_EQ(client.metadata.files.at(role + ".json"), repository.metadata(role));
    } else {
      expect_refusal(done, ErrorCode::NotVerified, role + " 1 is signed by");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, KeyRotation, testing::ValuesIn(kRoleRotations),
                         [](const auto& rotation) { return std::string(rotation.param.name); });

TEST(Signatures, OfOneKeyIdTwiceAreRefused) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.bend_signatures = [&](const std::string& of, json::Array& signatures) {
      if (of == role) signatures.push_back(signatures.front());
    };
    expect_refusal(client.refresh(), ErrorCode::NotVerified, "two signatures of one key id");
  }
}

TEST(Signatures, ThatAreWrongOrEmptyDoNoHarmBesideGoodOnes) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.bend_signatures = [](const std::string&, json::Array& signatures) {
    signatures.insert(signatures.begin(), json::Object{{"keyid", key_id(40)}, {"sig", ""}});
    signatures.emplace_back(json::Object{{"keyid", "nobody"}, {"sig", "abcd"}, {"x", 1}});
  };
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("root"), 2);
}

}  // namespace
}  // namespace signet::test
