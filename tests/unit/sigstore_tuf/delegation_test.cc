// Delegated roles: who is asked for a target, in which order, and with whose keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

struct Graph {
  const char* name;
  std::vector<SimulatedDelegation> delegations;
  std::vector<std::string> visited;
};

SimulatedDelegation to(std::string delegator, std::string role, std::vector<std::string> paths = {"*"},
                       bool terminating = false) {
  return {.delegator = std::move(delegator),
          .role = std::move(role),
          .paths = std::move(paths),
          .terminating = terminating};
}

// The graphs are those of the kinds of case of the TUF conformance suite.
const std::vector<Graph> kGraphs = {
    {"OneRole", {to("targets", "A")}, {"A"}},
    {"TwoRoles", {to("targets", "A"), to("targets", "B")}, {"A", "B"}},
    {"TwoLevels", {to("targets", "A"), to("targets", "B"), to("B", "C")}, {"A", "B", "C"}},
    {"DepthFirst", {to("targets", "A"), to("targets", "B"), to("A", "C"), to("A", "D")}, {"A", "C", "D", "B"}},
    {"ThreeLevels", {to("targets", "A"), to("targets", "B"), to("A", "C"), to("C", "D")}, {"A", "C", "D", "B"}},
    {"TerminatingHidesSistersAndAunts",
     {to("targets", "A"), to("targets", "B"), to("A", "C", {"*"}, true), to("A", "D")},
     {"A", "C"}},
    {"TerminatingStillGoesDown",
     {to("targets", "A"), to("targets", "B"), to("A", "C", {"*"}, true), to("C", "D")},
     {"A", "C", "D"}},
    {"TerminatingThatDoesNotMatchHidesNothing", {to("targets", "A", {"*.py"}, true), to("targets", "B")}, {"B"}},
    {"WithoutAMatchNotEvenBelow", {to("targets", "A", {"*.py"}), to("targets", "B"), to("A", "C")}, {"B"}},
    {"WithoutAMatchFurtherDown",
     {to("targets", "A"), to("targets", "B"), to("A", "C", {"*.py"}), to("C", "D")},
     {"A", "B"}},
    {"WithoutAnyPattern", {to("targets", "A", {}), to("targets", "B")}, {"B"}},
    {"Cycle", {to("targets", "A"), to("targets", "B"), to("B", "C"), to("C", "D"), to("D", "B")}, {"A", "B", "C", "D"}},
    {"TwoWaysToOneRole", {to("targets", "A"), to("targets", "B"), to("B", "C"), to("A", "C")}, {"A", "C", "B"}},
    {"TwoWaysOfWhichOneMatches",
     {to("targets", "A"), to("targets", "B"), to("B", "C"), to("A", "C", {"*.py"})},
     {"A", "B", "C"}},
};

void build(SimulatedRepository& repository, const std::vector<SimulatedDelegation>& delegations) {
  int key = 50;
  repository.delegations = delegations;
  for (const SimulatedDelegation& delegation : delegations) {
    if (!repository.delegated.contains(delegation.role)) {
      repository.delegated[delegation.role] = {.keys = {key}, .signers = {key}};
      ++key;
    }
  }
}

std::vector<std::string> asked_after_targets(const SimulatedRepository& repository) {
  return {repository.requests.begin() + 4, repository.requests.end()};
}

class DelegationGraph : public testing::TestWithParam<Graph> {};

TEST_P(DelegationGraph, IsWalkedInOrder) {
  SimulatedRepository repository;
  build(repository, GetParam().delegations);
  SimulatedClient client(repository);
  expect_refusal(client.download("missing"), ErrorCode::InvalidRequest, "the repository has no target missing");
  std::vector<std::string> expected;
  for (const std::string& role : GetParam().visited) expected.push_back("1." + role + ".json");
  EXPECT_THAT(asked_after_targets(repository), ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(All, DelegationGraph, testing::ValuesIn(kGraphs),
                         [](const auto& graph) { return std::string(graph.param.name); });

class Tree : public testing::Test {
 protected:
  Tree() {
    build(repository, {to("targets", "A", {"*.doc", "*.md"}), to("targets", "B", {"releases/*/*"}),
                       to("B", "C", {"releases/x/*"}), to("B", "D", {"releases/y/*.zip"})});
    repository.add_artifact("targets", "targetfile", "of targets");
    repository.add_artifact("A", "README.md", "of A");
    repository.add_artifact("C", "releases/x/x_v1", "of C");
    repository.add_artifact("D", "releases/y/y_v1.zip", "of D");
    repository.add_artifact("D", "releases/z/z_v1.zip", "of D, which may not");
  }
  SimulatedRepository repository;
};

TEST_F(Tree, LeadsToATarget) {
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("README.md"), "of A");
  EXPECT_THAT(asked_after_targets(repository), testing::Contains("1.A.json"));
  EXPECT_EQ(client.download("releases/x/x_v1"), "of C");
  EXPECT_EQ(client.download("releases/y/y_v1.zip"), "of D");
}

TEST_F(Tree, AsksNobodyForWhatTargetsHas) {
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("targetfile"), "of targets");
  EXPECT_EQ(asked_after_targets(repository).size(), 1);
}

TEST_F(Tree, DoesNotBelieveARoleBeyondWhatEachOnTheWayDelegates) {
  SimulatedClient client(repository);
  expect_refusal(client.download("releases/z/z_v1.zip"), ErrorCode::InvalidRequest, "has no target");
  EXPECT_THAT(asked_after_targets(repository), ElementsAre("1.B.json"));
}

TEST(Delegation, ByPrefixesOfThePathsHash) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A"), to("targets", "B")});
  const std::string hashed = encode_hex(sigstore::sha256(bytes_of("file")));
  repository.delegations[0].hash_prefixes = {hashed.substr(0, 3) == "000" ? "111" : "000"};
  repository.delegations[1].hash_prefixes = {"zz", hashed.substr(0, 3)};
  repository.add_artifact("A", "file", "of A");
  repository.add_artifact("B", "file", "of B");
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("file"), "of B");
}

TEST(Delegation, GoesOnToNoMoreThan32Roles) {
  SimulatedRepository repository;
  std::vector<SimulatedDelegation> chain = {to("targets", "r0")};
  for (int i = 1; i < 40; ++i) chain.push_back(to("r" + std::to_string(i - 1), "r" + std::to_string(i)));
  build(repository, chain);
  repository.add_artifact("r30", "near", "near");
  repository.add_artifact("r31", "far", "far");
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("near"), "near");
  expect_refusal(client.download("far"), ErrorCode::InvalidRequest, "has no target far");
}

TEST(Delegation, ToARoleThatSnapshotDoesNotNameIsRefused) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A")});
  repository.unnamed = {"A"};
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "snapshot 1 does not name A.json");
  EXPECT_EQ(asked_after_targets(repository).size(), 0);
}

TEST(Delegation, ToARoleThatIsNotThereEndsTheSearch) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A"), to("targets", "B")});
  repository.add_artifact("B", "file", "of B");
  repository.missing = {"1.A.json"};
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::RepositoryUnavailable, "1.A.json");
  repository.missing.clear();
  EXPECT_EQ(client.download("file"), "of B");
}

TEST(Delegation, IsVerifiedWithTheDelegatorsKeys) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A")});
  repository.add_artifact("A", "file", "of A");
  repository.delegated["A"].signers = {4};  // the key of targets
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "A 1 is signed by 0 of the keys");
  repository.delegated["A"].signers = repository.delegated["A"].keys;
  EXPECT_EQ(client.download("file"), "of A");
}

TEST(Delegation, OfAStoredRoleIsVerifiedAgainUnderItsPresentDelegator) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A")});
  repository.add_artifact("A", "file", "of A");
  SimulatedClient client(repository);
  ASSERT_EQ(client.download("file"), "of A");
  // The same file as before, and another key that the delegator names.
  const std::string old = client.metadata.files.at("A.json");
  repository.delegated["A"].keys = {77};
  repository.targets.version = 2;
  repository.publish_snapshot();
  repository.served["1.A.json"] = old;
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "A 1 is signed by 0 of the keys");
  repository.served.clear();
  repository.delegated["A"].signers = {77};
  EXPECT_EQ(client.download("file"), "of A");
}

// A delegates a/*, B delegates b/*, both to C: A with keys of a thief, who signs C alone.
class SharedRole : public testing::Test {
 protected:
  SharedRole() {
    build(repository,
          {to("targets", "A", {"a/*"}), to("targets", "B", {"b/*"}), to("A", "C", {"*/*"}), to("B", "C", {"*/*"})});
    repository.add_artifact("C", "b/x", "content");
    repository.delegated["C"].keys = {60};
    repository.bend = [](const std::string& role, json::Object& part) {
      if (role != "A") return;
      auto* below = part.find("delegations")->as_object();
      below->set("keys", json::Object{{key_id(99), key_object(numbered_key(99))}});
      below->find("roles")->as_array()->front().as_object()->set("keyids", json::Array{key_id(99)});
    };
  }
  /// Looks for a/nothing, which leads to C by way of A, and then gets b/x, which leads to C by way of B, in one run.
  Result<std::string> get_by_way_of_b() {
    auto updater = sigstore::tuf::Updater::begin(client.anchor, SimulatedRepository::urls(), repository.fetch(),
                                                 client.metadata, parse_rfc3339(client.now).value());
    if (auto done = updater->refresh(); !done) return fail(done.error());
    expect_refusal(updater->find("a/nothing"), ErrorCode::InvalidRequest, "has no target a/nothing");
    return updater->download("b/x", client.targets, 1'000);
  }
  SimulatedRepository repository;
  SimulatedClient client{repository};
};

TEST_F(SharedRole, IsNotBelievedUnderTheKeysOfAnotherDelegator) {
  repository.delegated["C"].signers = {99};
  expect_refusal(get_by_way_of_b(), ErrorCode::NotVerified, "C 1 is signed by 0 of the keys");
}

TEST_F(SharedRole, IsBelievedWhereEachDelegatorsKeysSignIt) {
  repository.delegated["C"].signers = {60, 99};
  EXPECT_EQ(get_by_way_of_b(), "content");
  EXPECT_EQ(std::ranges::count(repository.requests, "1.C.json"), 1) << "the stored file is verified again";
}

TEST(Delegation, IsKeptAndNotAskedForAgain) {
  SimulatedRepository repository;
  build(repository, {to("targets", "A")});
  repository.add_artifact("A", "file", "of A");
  SimulatedClient client(repository);
  ASSERT_TRUE(client.download("file"));
  repository.requests.clear();
  ASSERT_TRUE(client.download("file"));
  EXPECT_THAT(repository.requests, ElementsAre("2.root.json", "timestamp.json"));
}

TEST(Delegation, ToARoleOfAnOddNameStaysInItsFolder) {
  for (const std::string role : {"?", "#", "/delegatedrole", "../delegatedrole", "a b", "%2e"}) {
    SimulatedRepository repository;
    build(repository, {to("targets", role)});
    repository.add_artifact(role, "file", "content");
    SimulatedClient client(repository);
    EXPECT_EQ(client.download("file"), "content") << role;
    EXPECT_EQ(client.version(role), 1) << role;
    for (const auto& file : client.metadata.files) EXPECT_EQ(file.first.find('/'), std::string::npos) << file.first;
  }
}

}  // namespace
}  // namespace signet::test
